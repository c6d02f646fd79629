//! Parses the command line, runs the command, prints the error and decides the exit code.

fn main() {}
