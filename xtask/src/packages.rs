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

/// What tells that a package is there, whatever the system calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    /// on the path
    Program(&'static str),
    /// known to `pkg-config`
    Library(&'static str),
    /// a module that Python finds
    Python(&'static str),
    /// nothing that can be asked everywhere
    None,
}

/// One line of the table. An empty name means that the distribution has it in another package or does not need it.
pub(crate) struct Package {
    pub(crate) debian: &'static str,
    pub(crate) fedora: &'static str,
    pub(crate) arch: &'static str,
    pub(crate) brew: &'static str,
    pub(crate) purpose: Purpose,
    pub(crate) sign: Sign,
    pub(crate) why: &'static str,
}

const fn package(
    purpose: Purpose,
    debian: &'static str,
    fedora: &'static str,
    arch: &'static str,
    brew: &'static str,
    sign: Sign,
    why: &'static str,
) -> Package {
    Package {
        debian,
        fedora,
        arch,
        brew,
        purpose,
        sign,
        why,
    }
}

use Purpose::{Build, Bundle, Test};
use Sign::{Library, Program, Python};

#[rustfmt::skip]
pub(crate) const TABLE: &[Package] = &[
    //      purpose  Debian, Ubuntu                  Fedora                             Arch                    brew           sign                              why
    package(Build,  "pkg-config",                   "pkgconf-pkg-config",              "pkgconf",              "pkgconf",      Program("pkg-config"),            "finds the libraries below when cargo builds"),
    package(Build,  "libwebkit2gtk-4.1-dev",        "webkit2gtk4.1-devel",             "webkit2gtk-4.1",       "",             Library("webkit2gtk-4.1"),        "the web view that draws the window"),
    package(Build,  "librsvg2-dev",                 "librsvg2-devel",                  "librsvg",              "",             Library("librsvg-2.0"),           "icons"),
    package(Build,  "libxdo-dev",                   "libxdo-devel",                    "xdotool",              "",             Sign::None,                       "menu shortcuts under X11"),
    package(Test,   "webkit2gtk-driver",            "webkit2gtk4.1",                   "webkit2gtk-4.1",       "",             Program("WebKitWebDriver"),       "WebDriver: reads and clicks in the real window"),
    package(Test,   "xvfb",                         "xorg-x11-server-Xvfb",            "xorg-server-xvfb",     "",             Program("Xvfb"),                  "a display without a screen"),
    package(Test,   "openbox",                      "openbox",                         "openbox",              "",             Program("openbox"),               "a window manager: focus, placing, closing"),
    package(Test,   "xdotool",                      "xdotool",                         "xdotool",              "",             Program("xdotool"),               "the hand that drags real files"),
    package(Test,   "wmctrl",                       "wmctrl",                          "wmctrl",               "",             Program("wmctrl"),                "places and closes windows"),
    package(Test,   "dbus-daemon",                  "dbus-daemon",                     "dbus",                 "",             Program("dbus-daemon"),           "a session bus of the test's own"),
    package(Test,   "libglib2.0-bin",               "glib2",                           "glib2",                "",             Program("gio"),                   "starts the autostart entry as a desktop does"),
    package(Test,   "gnome-keyring",                "gnome-keyring",                   "gnome-keyring",        "",             Program("gnome-keyring-daemon"),  "a real keychain for the tests"),
    package(Test,   "libsecret-tools",              "libsecret",                       "libsecret",            "",             Program("secret-tool"),           "looks into the keychain from outside"),
    package(Test,   "imagemagick",                  "ImageMagick",                     "imagemagick",          "",             Program("import"),                "screenshots"),
    package(Test,   "python3-gi",                   "python3-gobject",                 "python-gobject",       "",             Python("gi"),                     "the window that files are dragged from"),
    package(Test,   "curl",                         "curl",                            "curl",                 "curl",         Program("curl"),                  "what sending is measured by"),
    package(Test,   "python3-venv",                 "python3",                         "python",               "python",       Python("ensurepip"),              "a place for the Python client's packages"),
    package(Test,   "gir1.2-gtk-3.0",               "gtk3",                            "gtk3",                 "",             Sign::None,                       "the same"),
    package(Test,   "fonts-dejavu-core",            "dejavu-sans-fonts",               "ttf-dejavu",           "",             Sign::None,                       "letters to draw"),
    package(Bundle, "file",                         "file",                            "file",                 "",             Program("file"),                  "what the bundler asks about binaries"),
    package(Bundle, "rpm",                          "rpm-build",                       "rpm-tools",            "",             Program("rpm"),                   "looks into the rpm"),
    package(Bundle, "desktop-file-utils",           "desktop-file-utils",              "desktop-file-utils",   "",             Program("desktop-file-validate"), "validates the menu entry"),
    package(Bundle, "libgtk-3-bin",                 "gtk3",                            "gtk3",                 "",             Program("gtk-launch"),            "starts the app from its menu entry"),
];

/// The packages for a purpose and all earlier ones.
pub(crate) fn needed(purpose: Purpose) -> impl Iterator<Item = &'static Package> {
    TABLE
        .iter()
        .filter(move |package| package.purpose <= purpose)
}

/// Those of them that are not there. One without a sign is believed to be there.
pub(crate) fn lacking(
    packages: impl Iterator<Item = &'static Package>,
    is_there: impl Fn(Sign) -> bool,
) -> Vec<&'static Package> {
    packages
        .filter(|package| package.sign != Sign::None && !is_there(package.sign))
        .collect()
}

/// The command lines for systems whose package manager is not apt.
pub(crate) fn lines_for_others(packages: &[&Package]) -> Vec<String> {
    let line = |start: &str, name: fn(&Package) -> &'static str| {
        let names = packages.iter().map(|package| name(package));
        let mut names: Vec<_> = names.filter(|name| !name.is_empty()).collect();
        names.sort_unstable();
        names.dedup();
        (!names.is_empty()).then(|| format!("{start} {}", names.join(" ")))
    };
    let lines = [
        line("sudo dnf install", |package| package.fedora),
        line("sudo pacman -S --needed", |package| package.arch),
        line("brew install", |package| package.brew),
    ];
    lines.into_iter().flatten().collect()
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
        let all: Vec<_> = needed(Bundle).collect();
        for line in lines_for_others(&all) {
            assert!(!line.contains("  "), "{line}");
        }
        assert_eq!(lines_for_others(&all)[1].matches("xdotool").count(), 1);
    }

    #[test]
    fn only_what_is_missing_is_asked_for() {
        let missing = |sign| lacking(needed(Test), move |asked| asked != sign);
        assert!(lacking(needed(Bundle), |_| true).is_empty());
        let lines = lines_for_others(&missing(Program("curl")));
        let wanted = [
            "sudo dnf install curl",
            "sudo pacman -S --needed curl",
            "brew install curl",
        ];
        assert_eq!(lines, wanted);
        let lines = lines_for_others(&missing(Program("Xvfb")));
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert_eq!(missing(Sign::None).len(), 0);
    }
}
