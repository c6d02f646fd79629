//! Turns the target into one linker option: on Linux the program is linked to a fixed address.
//!
//! A position-independent program of this size has some hundred thousand addresses that the dynamic
//! linker must write at every start, before anything of the program runs.
//! Libraries, stack and heap stay at random addresses.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let is = |variable: &str, value: &str| std::env::var(variable).is_ok_and(|found| found == value);
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
}
