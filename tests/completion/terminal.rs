//! A shell in a terminal of tmux's.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How long anything may take to appear.
const PATIENCE: Duration = Duration::from_secs(20);
/// The pause between two looks at the screen, and between two Tabs.
const LOOK: Duration = Duration::from_millis(50);
/// How often Tab is pressed while nothing appears.
const TABS: u32 = 10;

/// A shell whose completion is tried.
#[derive(Clone, Copy)]
pub enum Shell {
    Bash,
    Zsh,
    Fish,
    Elvish,
}

impl Shell {
    pub const ALL: [Self; 4] = [Self::Bash, Self::Zsh, Self::Fish, Self::Elvish];

    pub fn program(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Elvish => "elvish",
        }
    }

    /// Without anybody's configuration.
    fn command(self) -> &'static str {
        match self {
            Self::Bash => "bash --noprofile --norc",
            Self::Zsh => "zsh -f",
            Self::Fish => "fish --no-config --private",
            Self::Elvish => "elvish -norc",
        }
    }

    /// Makes the prompt known and loads the checked-in script as its users do.
    fn setup(self) -> String {
        let scripts = concat!(env!("CARGO_MANIFEST_DIR"), "/completions");
        match self {
            Self::Bash => format!("PS1='ready> '; . {scripts}/savepointctl.bash"),
            Self::Zsh => {
                format!(
                    "PS1='ready> '; fpath=({scripts} $fpath); autoload -U compinit; compinit -u -D"
                )
            }
            Self::Fish => format!(
                "function fish_prompt; printf 'ready> '; end; source {scripts}/savepointctl.fish"
            ),
            Self::Elvish => format!(
                "mkdir -p $E:HOME/elvish/lib; cp {scripts}/savepointctl.elv $E:HOME/elvish/lib; \
                 use savepointctl; set edit:prompt = {{ print 'ready> ' }}"
            ),
        }
    }
}

/// A running shell, 250 columns wide; ended with the value.
pub struct Terminal {
    socket: String,
    home: PathBuf,
}

impl Terminal {
    /// Starts the shell in an empty home, with that and the binary on its PATH, and waits for its prompt.
    pub fn start(shell: Shell) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let socket = format!("savepointctl-{}-{number}", std::process::id());
        let home = std::env::temp_dir().join(&socket);
        std::fs::create_dir_all(&home).unwrap();
        let binaries = Path::new(env!("CARGO_BIN_EXE_savepointctl"))
            .parent()
            .unwrap();
        let clean = format!(
            "env -i TERM=screen LANG=C.UTF-8 HOME={0} XDG_DATA_HOME={0} XDG_CONFIG_HOME={0} PATH={0}:{1}:/usr/bin:/bin {2}",
            home.display(),
            binaries.display(),
            shell.command()
        );
        let terminal = Self { socket, home };
        let directory = terminal.home.to_str().unwrap();
        terminal.tmux(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            "250",
            "-y",
            "40",
            "-c",
            directory,
            &clean,
        ]);
        terminal.press(&shell.setup());
        terminal.key("Enter");
        // at the beginning of a line: the setup itself names it too
        terminal.wait("the prompt", |screen| {
            screen.lines().any(|line| line.starts_with("ready>"))
        });
        terminal
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    /// Types these characters.
    pub fn press(&self, keys: &str) {
        self.tmux(&["send-keys", "-l", "--", keys]);
    }

    /// Presses Tab.
    pub fn tab(&self) {
        self.key("Tab");
    }

    /// Presses Enter, twice: in elvish the first takes what is shown as completed.
    pub fn run(&self) {
        self.key("Enter");
        self.key("Enter");
    }

    /// Presses Tab until this appears: a busy machine may keep the cluster from answering in time for the first one.
    pub fn tab_until(&self, wanted: &str) {
        self.tab_until_any(&[wanted]);
    }

    /// Presses Tab until one of these appears: shells quote in their own ways.
    pub fn tab_until_any(&self, wanted: &[&str]) {
        for _ in 0..TABS {
            self.tab();
            if self.appears(wanted, PATIENCE / TABS) {
                return;
            }
        }
        panic!("none of {wanted:?} on the screen:\n{}", self.screen());
    }

    /// Waits until this stands on the screen.
    pub fn until(&self, wanted: &str) {
        self.wait(wanted, |screen| screen.contains(wanted));
    }

    /// What the screen shows.
    pub fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p", "-J"])
    }

    /// Presses a key that tmux knows by this name.
    pub fn key(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    fn wait(&self, what: &str, holds: impl Fn(&str) -> bool) {
        let begun = Instant::now();
        while !holds(&self.screen()) {
            assert!(
                begun.elapsed() < PATIENCE,
                "no {what} on the screen:\n{}",
                self.screen()
            );
            std::thread::sleep(LOOK);
        }
    }

    fn appears(&self, wanted: &[&str], within: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < within {
            let screen = self.screen();
            if wanted.iter().any(|wanted| screen.contains(wanted)) {
                return true;
            }
            std::thread::sleep(LOOK);
        }
        false
    }

    fn tmux(&self, words: &[&str]) -> String {
        let output = Command::new("tmux")
            .args(["-L", &self.socket])
            .args(words)
            .env_remove("TMUX")
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "tmux {words:?}: {error}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = Command::new("tmux")
            .args(["-L", &self.socket, "kill-server"])
            .output();
        let _ = std::fs::remove_dir_all(&self.home);
    }
}
