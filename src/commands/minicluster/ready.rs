//! The file that tells whoever waits for the minicluster that it answers, and where.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::Failure;
use crate::exit::Exit;

/// The file, there as long as this value from [`publish`](Self::publish) on: later it would name a server that is gone.
pub(super) struct ReadyFile {
    file: PathBuf,
    /// Where it is written, so that whoever sees the file sees it whole.
    temporary: PathBuf,
}

impl ReadyFile {
    /// Removes the file of an earlier run that could not do it itself.
    ///
    /// # Errors
    /// It cannot be removed.
    pub(super) fn forget_earlier(file: &Path) -> Result<(), Failure> {
        let is_file = fs::symlink_metadata(file)
            .is_ok_and(|found| found.is_file() || found.file_type().is_symlink());
        if !is_file {
            return Ok(());
        }
        fs::remove_file(file).map_err(|err| {
            let what = format!(
                "cannot remove the ready file {} of an earlier run: {err}",
                file.display()
            );
            Failure::new(Exit::Usage, what)
        })
    }

    /// Writes it under another name.
    ///
    /// # Errors
    /// Its directory takes no file, or it is itself a directory.
    pub(super) fn write(file: &Path, url: &str) -> Result<Self, Failure> {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.tmp", std::process::id()));
        let ready = Self {
            temporary: file.with_file_name(name),
            file: file.to_owned(),
        };
        let written = match file.is_dir() {
            true => Err(io::ErrorKind::IsADirectory.into()),
            false => fs::write(&ready.temporary, format!("{url}\n")),
        };
        written.map_err(|err| ready.failure(&err))?;
        Ok(ready)
    }

    /// Moves it into place. Whoever waits for it finds all else printed.
    ///
    /// # Errors
    /// It cannot be moved.
    pub(super) fn publish(&self) -> Result<(), Failure> {
        fs::rename(&self.temporary, &self.file).map_err(|err| self.failure(&err))
    }

    fn failure(&self, err: &io::Error) -> Failure {
        let what = format!("cannot write the ready file {}: {err}", self.file.display());
        Failure::new(Exit::Usage, what)
    }
}

impl Drop for ReadyFile {
    fn drop(&mut self) {
        for file in [&self.temporary, &self.file] {
            // at most one of them is there
            let _ = fs::remove_file(file);
        }
    }
}
