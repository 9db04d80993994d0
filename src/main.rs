//! The `savepointctl` binary: parse, run, tell the failure, return the exit code.

use savepointctl::commands::{self, complete, help};
use savepointctl::exit::Exit;

fn main() -> Exit {
    if complete::answered(std::env::args_os()) {
        return Exit::Success;
    }
    let cli = match commands::typed(std::env::args_os()).and_then(help::parse) {
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
