//! The `savepointctl` binary: parse, run, tell the failure, return the exit code.

use savepointctl::cli::words;
use savepointctl::commands::{self, complete, help};
use savepointctl::exit::Exit;

fn main() -> Exit {
    if complete::answered(std::env::args_os()) {
        return Exit::Success;
    }
    let words = words::repeated_first(words::flink_style(std::env::args_os()));
    let cli = match help::parse(words) {
        Ok(cli) => cli,
        Err(message) => {
            // help and version are results; a closed pipe ends them quietly
            let _ = message.print();
            return if message.use_stderr() {
                Exit::Usage
            } else {
                Exit::Success
            };
        }
    };
    let printer = cli.printer();
    commands::run(cli, printer).unwrap_or_else(|failure| {
        printer.failure(&failure);
        failure.exit
    })
}
