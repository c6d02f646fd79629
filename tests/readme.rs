use crate::support::{Project, repository};

/// The commands of the README's console blocks, without those that build or test.
fn commands() -> Vec<String> {
    let readme = std::fs::read_to_string(repository().join("README.md")).unwrap();
    let mut commands = Vec::new();
    let mut inside = false;
    for line in readme.lines() {
        match line {
            "```console" => inside = true,
            "```" => inside = false,
            _ if inside => commands.extend(line.strip_prefix("$ cchc ").map(str::to_owned)),
            _ => {}
        }
    }
    commands
}

#[test]
fn every_command_of_the_readme_runs() {
    let project = Project::with_data();
    let commands = commands();
    assert!(commands.len() >= 5, "{commands:?}");
    for command in commands {
        let words = split_words(
            &command.replace("tests/fixtures/exports", crate::support::exports().to_str().unwrap()),
        );
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let run = project.run(&words);
        // The checks shown there are those that find errors.
        let expected = i32::from(command.starts_with("check "));
        assert_eq!(run.code, Some(expected), "cchc {command}\n{run}");
    }
}

/// Splits as a POSIX shell does for plain words and single or double quotes.
fn split_words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for letter in line.chars() {
        match (quote, letter) {
            (None, '\'' | '"') => quote = Some(letter),
            (Some(open), _) if open == letter => quote = None,
            (None, ' ') => words.extend((!word.is_empty()).then(|| std::mem::take(&mut word))),
            _ => word.push(letter),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}
