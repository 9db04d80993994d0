//! The shells, and the scripts that make them ask.
//!
//! That of PowerShell comes from `clap_complete`. The others are our own, and answer for `flink`, too: bash cuts words at
//! colons, of which locations and endpoints are full, zsh loads a file from its `fpath` at the first Tab, and in elvish a
//! space stands behind a word only if somebody says so.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use clap::{Command, ValueEnum};
use clap_complete::env::{self, EnvCompleter};

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

    /// What writes the shell's script and answers it.
    pub(super) fn completer(self) -> &'static dyn EnvCompleter {
        match self {
            Self::Bash => &Own {
                answers: &env::Bash,
                script: include_str!("scripts/savepointctl.bash"),
            },
            Self::Elvish => &Own {
                answers: &env::Elvish,
                script: include_str!("scripts/savepointctl.elv"),
            },
            Self::Fish => &Own {
                answers: &env::Fish,
                script: include_str!("scripts/savepointctl.fish"),
            },
            Self::PowerShell => &env::Powershell,
            Self::Zsh => &Own {
                answers: &env::Zsh,
                script: include_str!("scripts/savepointctl.zsh"),
            },
        }
    }
}

/// A script of our own; its answers have the form of the library's.
struct Own {
    answers: &'static (dyn EnvCompleter + Sync),
    script: &'static str,
}

impl EnvCompleter for Own {
    fn name(&self) -> &'static str {
        self.answers.name()
    }

    fn is(&self, name: &str) -> bool {
        self.answers.is(name)
    }

    fn write_registration(
        &self,
        _: &str,
        _: &str,
        _: &str,
        _: &str,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        out.write_all(self.script.as_bytes())
    }

    fn write_complete(
        &self,
        command: &mut Command,
        words: Vec<OsString>,
        here: Option<&Path>,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        self.answers.write_complete(command, words, here, out)
    }
}
