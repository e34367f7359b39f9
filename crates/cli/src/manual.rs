//! `pinfold man`: every command in one page, since no package installs a page for each.

use std::io::{self, Write};

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::arguments::Arguments;

/// Options that every command has: they stand once, at the top.
const EVERYWHERE: [&str; 4] = ["account", "json", "help", "version"];

/// The page, as troff.
pub(crate) fn page() -> io::Result<Vec<u8>> {
    let mut root = Arguments::command();
    root.build();
    let mut page = Vec::new();
    let man = Man::new(root.clone());
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    writeln!(page, ".SH COMMANDS")?;
    for command in root.get_subcommands() {
        described(command, &mut page)?;
    }
    writeln!(page, ".SH \"EXIT CODES\"")?;
    let extra = body(|part| man.render_extra_section(part))?;
    page.write_all(extra.trim_start_matches("Exit codes:\n").as_bytes())?;
    man.render_version_section(&mut page)?;
    Ok(page)
}

/// A command under its own heading, and those below it.
fn described(command: &Command, page: &mut Vec<u8>) -> io::Result<()> {
    let below: Vec<&Command> = command.get_subcommands().collect();
    // What stands at the top is not said again.
    let mut own = command.clone().mut_args(|argument| {
        let said = EVERYWHERE.contains(&argument.get_id().as_str());
        let hidden = said || argument.is_hide_set();
        argument.hide(hidden)
    });
    if let Some(name) = command.get_bin_name() {
        writeln!(page, ".SS \"{}\"", name.replace('-', "\\-"))?;
        own = own.bin_name(name);
    }
    let has_options = own.get_arguments().any(|argument| !argument.is_hide_set());
    let man = Man::new(own);
    page.write_all(body(|part| man.render_description_section(part))?.as_bytes())?;
    writeln!(page, ".PP")?;
    page.write_all(body(|part| man.render_synopsis_section(part))?.as_bytes())?;
    if has_options {
        page.write_all(body(|part| man.render_options_section(part))?.as_bytes())?;
    }
    for command in below {
        described(command, page)?;
    }
    Ok(())
}

/// A section without what stands before its text: its heading, and what a whole page begins with.
fn body(render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<String> {
    let mut section = Vec::new();
    render(&mut section)?;
    let section = String::from_utf8(section).map_err(io::Error::other)?;
    let lines = section.lines().skip_while(|line| !line.starts_with(".SH "));
    let lines = lines.skip(1).flat_map(|line| [line, "\n"]);
    Ok(lines.collect())
}
