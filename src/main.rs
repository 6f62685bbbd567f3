//! The `fivestep` program. Everything it does is in the library; start reading at `cli::run`.

use std::process::ExitCode;

fn main() -> ExitCode {
    fivestep::cli::run(std::env::args_os())
}
