//! The system packages that Pinfold needs, by distribution, each with its reason. The one place for their names.

/// What a package is needed for. A later purpose includes the earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    /// compiling and opening the window
    Build,
    /// the window on a virtual display, driven and photographed
    Test,
    /// making, checking and installing the bundles
    Bundle,
}

/// One line of the table. An empty name means that the distribution has it in another package or does not need it.
pub(crate) struct Package {
    pub(crate) debian: &'static str,
    pub(crate) fedora: &'static str,
    pub(crate) arch: &'static str,
    pub(crate) brew: &'static str,
    pub(crate) purpose: Purpose,
    pub(crate) why: &'static str,
}

const fn package(
    purpose: Purpose,
    debian: &'static str,
    fedora: &'static str,
    arch: &'static str,
    brew: &'static str,
    why: &'static str,
) -> Package {
    Package {
        debian,
        fedora,
        arch,
        brew,
        purpose,
        why,
    }
}

use Purpose::{Build, Bundle, Test};

#[rustfmt::skip]
pub(crate) const TABLE: &[Package] = &[
    //      purpose  Debian, Ubuntu                  Fedora                             Arch                    brew          why
    package(Build,  "pkg-config",                   "pkgconf-pkg-config",              "pkgconf",              "pkgconf",    "finds the libraries below when cargo builds"),
    package(Build,  "libwebkit2gtk-4.1-dev",        "webkit2gtk4.1-devel",             "webkit2gtk-4.1",       "",           "the web view that draws the window"),
    package(Build,  "librsvg2-dev",                 "librsvg2-devel",                  "librsvg",              "",           "icons"),
    package(Build,  "libxdo-dev",                   "libxdo-devel",                    "xdotool",              "",           "menu shortcuts under X11"),
    package(Test,   "webkit2gtk-driver",            "webkit2gtk4.1",                   "webkit2gtk-4.1",       "",           "WebDriver: reads and clicks in the real window"),
    package(Test,   "xvfb",                         "xorg-x11-server-Xvfb",            "xorg-server-xvfb",     "",           "a display without a screen"),
    package(Test,   "openbox",                      "openbox",                         "openbox",              "",           "a window manager: focus, placing, closing"),
    package(Test,   "xdotool",                      "xdotool",                         "xdotool",              "",           "the hand that drags real files"),
    package(Test,   "wmctrl",                       "wmctrl",                          "wmctrl",               "",           "places and closes windows"),
    package(Test,   "dbus-daemon",                  "dbus-daemon",                     "dbus",                 "",           "a session bus of the test's own"),
    package(Test,   "libglib2.0-bin",               "glib2",                           "glib2",                "",           "starts the autostart entry as a desktop does"),
    package(Test,   "gnome-keyring",                "gnome-keyring",                   "gnome-keyring",        "",           "a real keychain for the tests"),
    package(Test,   "libsecret-tools",              "libsecret",                       "libsecret",            "",           "looks into the keychain from outside"),
    package(Test,   "imagemagick",                  "ImageMagick",                     "imagemagick",          "",           "screenshots"),
    package(Test,   "python3-gi",                   "python3-gobject",                 "python-gobject",       "",           "the window that files are dragged from"),
    package(Test,   "curl",                         "curl",                            "curl",                 "curl",         "what sending is measured by"),
    package(Test,   "python3-venv",                 "python3",                         "python",               "python",     "a place for the Python client's packages"),
    package(Test,   "gir1.2-gtk-3.0",               "gtk3",                            "gtk3",                 "",           "the same"),
    package(Test,   "fonts-dejavu-core",            "dejavu-sans-fonts",               "ttf-dejavu",           "",           "letters to draw"),
    package(Bundle, "file",                         "file",                            "file",                 "",           "what the bundler asks about binaries"),
    package(Bundle, "rpm",                          "rpm-build",                       "rpm-tools",            "",           "looks into the rpm"),
    package(Bundle, "desktop-file-utils",           "desktop-file-utils",              "desktop-file-utils",   "",           "validates the menu entry"),
    package(Bundle, "libgtk-3-bin",                 "gtk3",                            "gtk3",                 "",           "starts the app from its menu entry"),
];

/// The packages for a purpose and all earlier ones.
pub(crate) fn needed(purpose: Purpose) -> impl Iterator<Item = &'static Package> {
    TABLE
        .iter()
        .filter(move |package| package.purpose <= purpose)
}

/// The command lines for systems whose package manager is not apt.
pub(crate) fn lines_for_others(purpose: Purpose) -> Vec<String> {
    let line = |start: &str, name: fn(&Package) -> &'static str| {
        let mut names: Vec<_> = needed(purpose)
            .map(name)
            .filter(|name| !name.is_empty())
            .collect();
        names.sort_unstable();
        names.dedup();
        format!("{start} {}", names.join(" "))
    };
    vec![
        line("sudo dnf install", |package| package.fedora),
        line("sudo pacman -S --needed", |package| package.arch),
        line("brew install", |package| package.brew),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_purpose_needs_all_that_an_earlier_one_needs() {
        assert!(needed(Build).count() < needed(Test).count());
        assert!(needed(Test).count() < needed(Bundle).count());
        assert_eq!(needed(Bundle).count(), TABLE.len());
    }

    #[test]
    fn every_package_says_why_and_no_name_stands_twice() {
        let mut names: Vec<_> = TABLE.iter().map(|package| package.debian).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TABLE.len());
        assert!(TABLE.iter().all(|package| !package.why.is_empty()));
    }

    #[test]
    fn other_systems_get_a_line_without_empty_or_repeated_names() {
        for line in lines_for_others(Bundle) {
            assert!(!line.contains("  "), "{line}");
        }
        assert_eq!(lines_for_others(Test)[1].matches("xdotool").count(), 1);
    }
}
