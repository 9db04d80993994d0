//! The shells, and the scripts that make them ask.
//!
//! That of PowerShell comes from `clap_complete`. The others are our own, and answer for `flink`, too: bash cuts words at
//! colons, of which locations and endpoints are full, zsh loads a file from its `fpath` at the first Tab, and in elvish a
//! space stands behind a word only if somebody says so.

use clap::ValueEnum;
use clap_complete::env::{EnvCompleter, Powershell};

/// A shell that completes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// GNU bash
    Bash,
    /// Elvish
    Elvish,
    /// fish
    Fish,
    /// PowerShell
    #[value(name = "powershell")]
    PowerShell,
    /// Z shell
    Zsh,
}

impl Shell {
    /// All of them.
    pub(super) const ALL: [Self; 5] = [
        Self::Bash,
        Self::Elvish,
        Self::Fish,
        Self::PowerShell,
        Self::Zsh,
    ];

    /// The shell that a script's question names.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::from_str(name, false).ok()
    }

    /// How the shell's script is called where the shell looks for it.
    pub(super) fn file_name(self) -> &'static str {
        match self {
            Self::Bash => "savepointctl.bash",
            Self::Elvish => "savepointctl.elv",
            Self::Fish => "savepointctl.fish",
            Self::PowerShell => "_savepointctl.ps1",
            Self::Zsh => "_savepointctl",
        }
    }

    /// The script, which asks by setting this variable of the environment.
    pub(super) fn script(self, asked_by: &str) -> String {
        let text = match self {
            Self::Bash => include_str!("scripts/savepointctl.bash"),
            Self::Elvish => include_str!("scripts/savepointctl.elv"),
            Self::Fish => include_str!("scripts/savepointctl.fish"),
            Self::Zsh => include_str!("scripts/savepointctl.zsh"),
            Self::PowerShell => return of_powershell(asked_by),
        };
        text.to_owned()
    }
}

fn of_powershell(asked_by: &str) -> String {
    let mut script = Vec::new();
    let name = "savepointctl";
    // writing to memory cannot fail
    let _ = Powershell.write_registration(asked_by, name, name, name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}
