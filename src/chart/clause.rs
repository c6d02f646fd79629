//! Reads a `VISUALISE` clause into what its author wrote: layers, mappings, settings, each with its place.
//!
//! The grammar crate's own tree is read once here, before the crate resolves anything, because its
//! later errors carry no place and its parse error says nothing.

use ggsql::naming::unquote_ident;
use tree_sitter::{Node, Parser};

use super::split::drawn_words;
use crate::error::{Error, Explain as _, Place, Result};
use crate::messages::ChartFault;
use crate::workspace::did_you_mean;

/// The `VISUALISE` clause of a chart, in the text it stands in.
#[derive(Debug, Clone, Copy)]
pub struct Clause<'a> {
    /// The name of the file or statement, as the user would write it.
    pub file: &'a str,
    /// The whole text.
    pub text: &'a str,
    /// Byte offset of the clause in the text, as [`super::find_visualise`] returns it.
    pub start: usize,
}

impl Clause<'_> {
    /// Returns the clause itself, without a final semicolon.
    pub(super) fn body(&self) -> &str {
        self.text
            .get(self.start..)
            .unwrap_or_default()
            .trim_end()
            .trim_end_matches([';', ' ', '\n', '\r', '\t'])
    }

    /// Finds the place of a range of the clause in the user's text.
    pub(super) fn place(&self, span: Span) -> Place {
        Place::text(self.file, self.text, self.start + span.start, self.start + span.end)
    }

    /// Finds the place of the word that opens the clause.
    pub(super) fn opening(&self) -> Place {
        self.place(Span { start: 0, end: "VISUALISE".len() })
    }
}

/// A range of bytes of the clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A piece of text of the clause, without its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) span: Span,
}

/// `column AS aesthetic`; a wildcard or a literal has no column.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    pub(super) aesthetic: Option<Piece>,
    pub(super) column: Option<Piece>,
}

/// `name => value`, the value as written.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) name: Piece,
    pub(super) value: Piece,
}

/// What a `FROM` names.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) name: Piece,
    pub(super) is_table: bool,
}

/// One `DRAW` or `PLACE`.
#[derive(Debug, Clone)]
pub(super) struct DrawClause {
    /// Whether it places what its settings say, without data.
    pub(super) is_placed: bool,
    pub(super) geometry: Piece,
    pub(super) mappings: Vec<Mapping>,
    pub(super) source: Option<Source>,
    pub(super) settings: Vec<Setting>,
    pub(super) partition: Vec<Piece>,
    /// The whole `SETTING` clause, or where it may be inserted: after geometry, mapping and remapping.
    pub(super) settings_span: Span,
    /// The `ORDER BY` clause.
    pub(super) order_span: Option<Span>,
}

impl DrawClause {
    /// Returns what is set, as written, without quotes.
    pub(super) fn setting(&self, name: &str) -> Option<&str> {
        self.settings
            .iter()
            .find(|setting| setting.name.text == name)
            .map(|setting| setting.value.text.as_str())
    }

    /// Returns a number that is set.
    pub(super) fn number(&self, name: &str) -> Option<f64> {
        self.setting(name)?.parse::<f64>().ok().filter(|value| value.is_finite())
    }
}

/// One `SCALE`.
#[derive(Debug, Clone)]
pub(super) struct ScaleClause {
    pub(super) aesthetic: Piece,
    pub(super) kind: Option<Piece>,
    /// The names listed after `FROM`; none if it lists numbers or is not there.
    pub(super) names: Vec<String>,
    /// The `FROM` clause that lists names.
    pub(super) names_span: Option<Span>,
    /// The numbers listed after `FROM`; `None` is an end left open.
    pub(super) limits: Vec<Option<f64>>,
    /// The values listed after `TO`, and the clause.
    pub(super) output: Vec<String>,
    pub(super) output_span: Option<Span>,
    /// The word after `VIA`.
    pub(super) via: Option<Piece>,
    pub(super) settings: Vec<Setting>,
    /// Labels of single values, as written; `None` leaves a label out.
    pub(super) names_for: Vec<(String, Option<String>)>,
    /// The `RENAMING` clause.
    pub(super) renaming_span: Option<Span>,
}

impl ScaleClause {
    /// Returns what is set, as written, without quotes.
    pub(super) fn setting(&self, name: &str) -> Option<&str> {
        self.settings
            .iter()
            .find(|setting| setting.name.text == name)
            .map(|setting| setting.value.text.as_str())
    }
}

/// A `FACET` clause: its columns, before and after `BY`, and its settings.
#[derive(Debug, Clone)]
pub(super) struct FacetClause {
    pub(super) span: Span,
    pub(super) rows: Vec<Piece>,
    pub(super) columns: Vec<Piece>,
    pub(super) settings: Vec<Setting>,
}

/// A `PROJECT` clause.
#[derive(Debug, Clone)]
pub(super) struct ProjectClause {
    /// The names of the axes, the level one first.
    pub(super) axes: Vec<Piece>,
    pub(super) kind: Piece,
    pub(super) settings: Vec<Setting>,
}

/// The whole clause as written.
#[derive(Debug, Clone)]
pub(super) struct Written {
    pub(super) mappings: Vec<Mapping>,
    pub(super) source: Option<Source>,
    /// Where `FROM` may be inserted: after the keyword and the mappings.
    pub(super) source_at: usize,
    pub(super) draws: Vec<DrawClause>,
    pub(super) scales: Vec<ScaleClause>,
    pub(super) labels: Vec<Setting>,
    pub(super) facet: Option<FacetClause>,
    pub(super) project: Option<ProjectClause>,
}

impl Written {
    /// Whether y lies along the level axis: `PROJECT y, x TO cartesian`.
    pub(super) fn is_flipped(&self) -> bool {
        self.project.as_ref().is_some_and(|project| project.axes.first().is_some_and(|axis| axis.text == "y"))
    }
}

/// Every geometry of the grammar.
pub(super) const GEOMETRIES: [&str; 20] = [
    "point",
    "line",
    "path",
    "bar",
    "area",
    "tile",
    "polygon",
    "ribbon",
    "histogram",
    "density",
    "smooth",
    "boxplot",
    "violin",
    "text",
    "label",
    "segment",
    "arrow",
    "rule",
    "range",
    "spatial",
];

macro_rules! span {
    ($node:expr) => {
        Span { start: $node.start_byte(), end: $node.end_byte() }
    };
}

macro_rules! piece {
    ($tree:expr, $node:expr) => {
        Piece { text: unquote(&$tree.get_text(&$node)), span: span!($node) }
    };
}

/// The grammar's tree of a text.
///
/// The grammar crate's own tree answers questions of its query language, each of which is compiled anew and
/// takes longer than everything else that is done with a clause; so it is walked here.
struct Tree<'a> {
    source: &'a str,
    parsed: tree_sitter::Tree,
}

impl<'a> Tree<'a> {
    fn parse(source: &'a str) -> Option<Self> {
        let mut parser = Parser::new();
        parser.set_language(&tree_sitter_ggsql::language()).ok()?;
        Some(Self { source, parsed: parser.parse(source, None)? })
    }

    fn root(&self) -> Node<'_> {
        self.parsed.root_node()
    }

    fn get_text(&self, node: &Node) -> String {
        self.source.get(node.start_byte()..node.end_byte()).unwrap_or_default().to_owned()
    }
}

fn unquote(text: &str) -> String {
    let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(text);
    unquote_ident(inner.trim_matches('`'))
}

/// Reads the clause.
///
/// # Errors
/// A [`ChartFault`] at the first word that the grammar does not know.
pub(super) fn read(clause: &Clause) -> Result<Written> {
    let body = clause.body();
    let unresolved = |problem: String| ChartFault::Unresolved { problem }.error().at(clause.opening());
    let tree = Tree::parse(body).ok_or_else(|| unresolved("tree-sitter".to_owned()))?;
    check_geometries(clause)?;
    check_syntax(clause, &tree)?;
    let root = tree.root();
    let statement = first_of_kind(&root, "visualise_statement").ok_or_else(|| {
        ChartFault::Incomplete { wanted: "VISUALISE".to_owned() }.error().at(clause.opening())
    })?;
    let keyword_end = first_of_kind(&statement, "visualise_keyword").map_or(0, |node| span!(node).end);
    let global = first_of_kind(&statement, "global_mapping");
    Ok(Written {
        source_at: global.as_ref().map_or(keyword_end, |node| span!(node).end),
        mappings: global.map(|node| mappings(&tree, node.start_byte(), node.end_byte())).unwrap_or_default(),
        source: sources(&tree, "visualise_from", "source").into_iter().next(),
        draws: draws(&tree),
        scales: scales(&tree),
        labels: assignments(&tree, "label_assignment", 0, usize::MAX),
        facet: facet(&tree),
        project: project(&tree),
    })
}

/// Says which geometry is unknown; the grammar would only say that something is.
fn check_geometries(clause: &Clause) -> Result<()> {
    for word in drawn_words(clause.body()) {
        let lower = word.text.to_ascii_lowercase();
        if !GEOMETRIES.contains(&lower.as_str()) {
            let meant = did_you_mean(&lower, GEOMETRIES);
            let fault = ChartFault::UnknownGeometry {
                name: word.text.clone(),
                known: listed(super::DRAWN),
                hint: meant.map(|name| format!("did you mean `{name}`?")).unwrap_or_default(),
                hint_vi: meant.map(|name| format!("có phải là `{name}`?")).unwrap_or_default(),
            };
            let span = Span { start: word.start, end: word.start + word.text.len() };
            return Err(fault.error().at(clause.place(span)));
        }
    }
    Ok(())
}

/// Names the first word that does not fit, from the tree's error nodes.
fn check_syntax(clause: &Clause, tree: &Tree) -> Result<()> {
    let root = tree.root();
    if !root.has_error() {
        return Ok(());
    }
    let mut first: Option<(usize, bool)> = None;
    let mut wanted = String::new();
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        let fits_earlier = first.is_none_or(|(start, _)| node.start_byte() < start);
        if node.is_missing() && fits_earlier {
            first = Some((node.start_byte(), true));
            node.kind().clone_into(&mut wanted);
        } else if node.is_error() && fits_earlier {
            first = Some((node.start_byte(), false));
        }
        waiting.extend((0..node.child_count()).filter_map(|at| node.child(u32::try_from(at).ok()?)));
    }
    let (start, missing) = first.unwrap_or((0, false));
    let start = start.max(longest_good(clause.body()));
    Err(if missing { incomplete(clause, start, wanted) } else { unexpected(clause, start) })
}

/// Finds the end of the longest beginning of the clause, cut between two words, that parses.
///
/// An error node may begin long before the word that does not fit, so both are asked.
fn longest_good(body: &str) -> usize {
    let mut earlier = ' ';
    let mut good = 0;
    for (at, letter) in body.char_indices() {
        let is_inside_word = is_word_part(earlier) && is_word_part(letter);
        let is_cut = !is_inside_word && !earlier.is_whitespace();
        earlier = letter;
        let prefix = body.get(..at).filter(|prefix| is_cut && !prefix.is_empty());
        if prefix.and_then(Tree::parse).is_some_and(|tree| !tree.root().has_error()) {
            good = at;
        }
    }
    good
}

fn is_word_part(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn unexpected(clause: &Clause, start: usize) -> Error {
    let rest = clause.body().get(start..).unwrap_or_default();
    let gap = rest.len() - rest.trim_start().len();
    let rest = rest.trim_start();
    if rest.is_empty() {
        return incomplete(clause, start, "…".to_owned());
    }
    let length = if rest.starts_with(is_word_part) {
        rest.find(|letter| !is_word_part(letter)).unwrap_or(rest.len())
    } else {
        rest.chars().next().map_or(0, char::len_utf8)
    };
    let word = rest.get(..length).unwrap_or(rest).to_owned();
    let start = start + gap;
    ChartFault::Unexpected { word }.error().at(clause.place(Span { start, end: start + length }))
}

fn incomplete(clause: &Clause, start: usize, wanted: String) -> Error {
    ChartFault::Incomplete { wanted }.error().at(clause.place(Span { start, end: start + 1 }))
}

/// Reads the mapping elements that stand between two offsets.
fn mappings(tree: &Tree, start: usize, end: usize) -> Vec<Mapping> {
    let root = tree.root();
    let mut found = Vec::new();
    for element in of_kind(&root, "mapping_element") {
        if element.start_byte() < start || element.end_byte() > end {
            continue;
        }
        let explicit = first_of_kind(&element, "explicit_mapping");
        let name = explicit.and_then(|node| node.child_by_field_name("name"));
        let value = explicit.and_then(|node| node.child_by_field_name("value"));
        let column = value.and_then(|node| first_of_kind(&node, "column_reference"));
        let implicit = first_of_kind(&element, "implicit_mapping");
        let implicit = implicit.map(|node| piece!(tree, node));
        found.push(Mapping {
            aesthetic: name.map(|node| piece!(tree, node)).or_else(|| implicit.clone()),
            column: column.map(|node| piece!(tree, node)).or(implicit),
        });
    }
    found
}

fn sources(tree: &Tree, kind: &str, field: &str) -> Vec<Source> {
    let root = tree.root();
    of_kind(&root, kind)
        .into_iter()
        .filter_map(|node| node.child_by_field_name(field))
        .map(|node| {
            let text = tree.get_text(&node);
            Source { is_table: !text.starts_with('\'') && !text.contains(':'), name: piece!(tree, node) }
        })
        .collect()
}

fn assignments(tree: &Tree, kind: &str, start: usize, end: usize) -> Vec<Setting> {
    let root = tree.root();
    of_kind(&root, kind)
        .into_iter()
        .filter(|node| start <= node.start_byte() && node.end_byte() <= end)
        .filter_map(|node| {
            let name = node.child_by_field_name("name")?;
            let value = node.child_by_field_name("value")?;
            Some(Setting { name: piece!(tree, name), value: piece!(tree, value) })
        })
        .collect()
}

fn draws(tree: &Tree) -> Vec<DrawClause> {
    let root = tree.root();
    let layer_sources = sources(tree, "mapping_clause", "layer_source");
    let mut nodes = of_kind(&root, "draw_clause");
    nodes.extend(of_kind(&root, "place_clause"));
    nodes.sort_by_key(Node::start_byte);
    let mut found = Vec::new();
    for node in nodes {
        let (start, end) = (node.start_byte(), node.end_byte());
        let Some(geometry) = first_of_kind(&node, "geom_type") else { continue };
        let mapping = first_of_kind(&node, "mapping_clause");
        let remapping = first_of_kind(&node, "remapping_clause");
        let after =
            remapping.as_ref().or(mapping.as_ref()).map_or(geometry.end_byte(), |last| span!(last).end);
        let settings = first_of_kind(&node, "setting_clause");
        found.push(DrawClause {
            is_placed: node.kind() == "place_clause",
            geometry: piece!(tree, geometry),
            mappings: mapping
                .map(|node| mappings(tree, node.start_byte(), node.end_byte()))
                .unwrap_or_default(),
            source: layer_sources
                .iter()
                .find(|from| start <= from.name.span.start && from.name.span.end <= end)
                .cloned(),
            settings: assignments(tree, "parameter_assignment", start, end),
            partition: pieces(tree, &node, "partition_columns"),
            settings_span: settings.map_or(Span { start: after, end: after }, |node| span!(node)),
            order_span: first_of_kind(&node, "order_clause").map(|node| span!(node)),
        });
    }
    found
}

/// Reads the names that are listed in the first node of a kind.
fn pieces(tree: &Tree, node: &Node, kind: &str) -> Vec<Piece> {
    let Some(list) = first_of_kind(node, kind) else { return Vec::new() };
    of_kind(&list, "identifier").into_iter().map(|name| piece!(tree, name)).collect()
}

fn scales(tree: &Tree) -> Vec<ScaleClause> {
    let root = tree.root();
    let scale = |node: Node| {
        let aesthetic = first_of_kind(&node, "aesthetic_name")?;
        let from = first_of_kind(&node, "scale_from_clause");
        let to = first_of_kind(&node, "scale_to_clause");
        let elements = |node: &Option<Node>| {
            node.iter()
                .flat_map(|node| of_kind(node, "array_element"))
                .map(|one| piece!(tree, one))
                .collect::<Vec<_>>()
        };
        let is_text =
            |piece: &&Piece| tree.source.get(piece.span.start..).is_some_and(|text| text.starts_with('\''));
        let listed = elements(&from);
        let names: Vec<String> = listed.iter().filter(is_text).map(|piece| piece.text.clone()).collect();
        Some(ScaleClause {
            names_span: from.filter(|_| !names.is_empty()).map(|from| span!(from)),
            limits: if names.is_empty() {
                listed.iter().map(|one| one.text.parse().ok()).collect()
            } else {
                Vec::new()
            },
            names,
            aesthetic: piece!(tree, aesthetic),
            kind: first_of_kind(&node, "scale_type_identifier").map(|kind| piece!(tree, kind)),
            output: elements(&to).into_iter().map(|one| one.text).collect(),
            output_span: to.map(|to| span!(to)),
            via: first_of_kind(&node, "scale_via_clause")
                .and_then(|via| first_of_kind(&via, "identifier"))
                .map(|word| piece!(tree, word)),
            settings: assignments(tree, "parameter_assignment", node.start_byte(), node.end_byte()),
            names_for: renamings(tree, &node),
            renaming_span: first_of_kind(&node, "scale_renaming_clause").map(|node| span!(node)),
        })
    };
    of_kind(&root, "scale_clause").into_iter().filter_map(scale).collect()
}

fn renamings(tree: &Tree, scale: &Node) -> Vec<(String, Option<String>)> {
    let read = |node: Node| {
        let (name, value) = (node.child_by_field_name("name")?, node.child_by_field_name("value")?);
        let text = tree.get_text(&value);
        let label = text.starts_with('\'').then(|| unquote(&text));
        Some((unquote(&tree.get_text(&name)), label))
    };
    of_kind(scale, "renaming_assignment").into_iter().filter_map(read).collect()
}

fn facet(tree: &Tree) -> Option<FacetClause> {
    let root = tree.root();
    let node = first_of_kind(&root, "facet_clause")?;
    let lists = of_kind(&node, "facet_vars");
    let names = |index: usize| -> Vec<Piece> {
        let list = lists.get(index).map(|list| of_kind(list, "identifier")).unwrap_or_default();
        list.into_iter().map(|name| piece!(tree, name)).collect()
    };
    Some(FacetClause {
        span: Span { start: node.start_byte(), end: node.start_byte() + "FACET".len() },
        rows: names(0),
        columns: names(1),
        settings: assignments(tree, "parameter_assignment", node.start_byte(), node.end_byte()),
    })
}

fn project(tree: &Tree) -> Option<ProjectClause> {
    let root = tree.root();
    let node = first_of_kind(&root, "project_clause")?;
    let kind = first_of_kind(&node, "project_type")?;
    Some(ProjectClause {
        axes: pieces(tree, &node, "project_aesthetics"),
        kind: piece!(tree, kind),
        settings: assignments(tree, "project_property", node.start_byte(), node.end_byte()),
    })
}

/// Writes names as a list in backticks.
pub(super) fn listed<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// Returns the nodes of a kind below a node, in the order of the text.
fn of_kind<'t>(node: &Node<'t>, kind: &str) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    let mut waiting = vec![*node];
    while let Some(node) = waiting.pop() {
        if node.kind() == kind {
            found.push(node);
        }
        let children = (0..node.child_count()).filter_map(|at| node.child(u32::try_from(at).ok()?));
        waiting.extend(children.collect::<Vec<_>>().into_iter().rev());
    }
    found
}

fn first_of_kind<'t>(node: &Node<'t>, kind: &str) -> Option<Node<'t>> {
    of_kind(node, kind).into_iter().next()
}
