//! Starting at login: an entry in the desktop's autostart folder. What the file says is what is shown.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use engine::error::{CommandError, ErrorCode};
use serde::Serialize;
use specta::Type;

/// What the autostart folder says of us.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct Login {
    /// Pinfold is started at login.
    pub on: bool,
    /// What about it is not as it should be, as a sentence.
    pub note: Option<String>,
}

/// The autostart folder of this user.
pub(crate) struct Autostart {
    file: PathBuf,
    program: PathBuf,
}

impl Autostart {
    /// This user's folder, and this program.
    pub(crate) fn of_this_user() -> Result<Self, CommandError> {
        let folder = dirs::config_dir().ok_or_else(|| cannot("There is no home folder."))?;
        // An AppImage is mounted anew at each start; its own place is in the environment.
        let image = std::env::var_os("APPIMAGE").map(PathBuf::from);
        let program = match image.filter(|path| path.is_absolute()) {
            Some(image) => image,
            None => std::env::current_exe().map_err(|error| cannot(error.to_string()))?,
        };
        Ok(Self {
            file: folder.join("autostart/pinfold.desktop"),
            program,
        })
    }

    /// What stands there now.
    pub(crate) fn read(&self) -> Login {
        match std::fs::read_to_string(&self.file) {
            Ok(text) => state(&text, exec(&self.program).ok().as_deref()),
            Err(error) if error.kind() == ErrorKind::NotFound => Login {
                on: false,
                note: None,
            },
            Err(error) => Login {
                on: false,
                note: Some(format!("The autostart entry cannot be read: {error}.")),
            },
        }
    }

    /// Puts the entry there, or takes it away.
    pub(crate) fn set(&self, on: bool) -> Result<(), CommandError> {
        if on {
            return self.write(&entry(&self.program)?);
        }
        match std::fs::remove_file(&self.file) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(cannot(error.to_string())),
            _ => Ok(()),
        }
    }

    fn write(&self, text: &str) -> Result<(), CommandError> {
        let new = self.file.with_extension("new");
        let folder = self.file.parent().unwrap_or(Path::new("/"));
        std::fs::create_dir_all(folder)
            .and_then(|()| std::fs::write(&new, text))
            .and_then(|()| std::fs::rename(&new, &self.file))
            .map_err(|error| cannot(error.to_string()))
    }
}

fn cannot(why: impl Into<String>) -> CommandError {
    CommandError::new(
        ErrorCode::Internal,
        "Starting at login could not be changed. It is as it was.",
    )
    .with_detail(why)
}

fn entry(program: &Path) -> Result<String, CommandError> {
    if !program.is_file() {
        return Err(CommandError::new(
            ErrorCode::Internal,
            "Pinfold was moved or replaced while it runs. Start it again, then set this once more.",
        ));
    }
    Ok(format!(
        "[Desktop Entry]\nType=Application\nName=Pinfold\nComment=Watches folders and uploads, without a window\nExec={}\nIcon=pinfold-desktop\nTerminal=false\nX-GNOME-Autostart-enabled=true\n",
        exec(program)?
    ))
}

/// The value of `Exec`, quoted as the Desktop Entry Specification 1.5 says in "The Exec key" and, around that, in "Possible value types".
fn exec(program: &Path) -> Result<String, CommandError> {
    let path = program.to_str().filter(|path| !path.contains('=')).ok_or_else(|| {
        cannot("The specification of autostart entries allows neither an equals sign nor bytes that are no text in a program's path.")
    })?;
    let mut value = String::from("\"");
    for letter in path.chars() {
        match letter {
            '"' | '`' | '$' | '\\' => value.extend(['\\', letter]),
            '%' => value.push_str("%%"),
            _ => value.push(letter),
        }
    }
    value.push_str("\" --hidden");
    Ok(value
        .replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
        .replace('\r', "\\r"))
}

/// Reads an entry. `ours`: the command that this program would write.
fn state(text: &str, ours: Option<&str>) -> Login {
    let value = |name: &str| {
        text.lines()
            .map(str::trim)
            .skip_while(|line| *line != "[Desktop Entry]")
            .skip(1)
            .take_while(|line| !line.starts_with('['))
            .filter_map(|line| line.split_once('='))
            .find(|(key, _)| key.trim_end() == name)
            .map(|(_, value)| value.trim_start())
    };
    let off =
        value("Hidden") == Some("true") || value("X-GNOME-Autostart-enabled") == Some("false");
    let exec = value("Exec");
    if off || exec.is_none() {
        return Login {
            on: false,
            note: None,
        };
    }
    let note = exec.filter(|exec| Some(*exec) != ours).map(|exec| {
        format!(
            "At login another program is started: {exec}. Switch this off and on to start this one."
        )
    });
    Login { on: true, note }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a desktop reads it: the value's escapes, then the quotes, then the field codes.
    fn started(exec: &str) -> Vec<String> {
        let value = exec
            .replace("\\\\", "\u{0}")
            .replace("\\n", "\n")
            .replace('\u{0}', "\\");
        let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
        let mut letters = value.chars();
        while let Some(letter) = letters.next() {
            match letter {
                '"' => quoted = !quoted,
                '\\' if quoted => word.extend(letters.next()),
                '%' => word.extend(letters.next().filter(|code| *code == '%')),
                ' ' if !quoted => words.push(std::mem::take(&mut word)),
                _ => word.push(letter),
            }
        }
        words.push(word);
        words
    }

    #[test]
    fn any_path_is_started_as_it_is() {
        for path in [
            "/usr/bin/pinfold-desktop",
            "/home/kim k/$HOME `id` \"x\"/100 %f\\pinfold",
            "/opt/a\nb/pinfold",
        ] {
            let exec = exec(Path::new(path)).expect("an Exec value");
            assert!(!exec.contains('\n'), "{exec}");
            assert_eq!(started(&exec), [path, "--hidden"], "{exec}");
        }
        assert!(exec(Path::new("/a=b/pinfold")).is_err());
    }

    #[test]
    fn what_the_file_says_is_what_is_shown() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let program = folder.path().join("pinfold-desktop");
        std::fs::write(&program, "").expect("a program");
        let autostart = Autostart {
            file: folder.path().join("config/autostart/pinfold.desktop"),
            program,
        };
        let off = Login {
            on: false,
            note: None,
        };
        assert_eq!(autostart.read(), off);
        autostart.set(true).expect("it is written");
        let on = Login {
            on: true,
            note: None,
        };
        assert_eq!(autostart.read(), on);

        let text = std::fs::read_to_string(&autostart.file).expect("the entry");
        for switched_off in ["Hidden=true\n", "X-GNOME-Autostart-enabled=false\n"] {
            let without = text.replace("X-GNOME-Autostart-enabled=true\n", "");
            std::fs::write(&autostart.file, without + switched_off).expect("writes");
            assert_eq!(autostart.read(), off, "{switched_off}");
        }
        std::fs::write(
            &autostart.file,
            "[Desktop Entry]\nExec=/old/pinfold --hidden\n",
        )
        .expect("writes");
        let old = autostart.read();
        assert!(old.on && old.note.is_some_and(|note| note.contains("/old/pinfold")));
        autostart.set(false).expect("it is taken away");
        autostart.set(false).expect("also twice");
        assert_eq!(autostart.read(), off);
    }
}
