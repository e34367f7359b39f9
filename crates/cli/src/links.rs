//! `pinfold link` and `swap`, and the service's own record of a pin.

use engine::holder::{Reply, Request, SwapAsked, SwapLine};

use crate::add::plain;
use crate::arguments::{Link, Swap};
use crate::exit::Failure;
use crate::house::House;
use crate::print::{Out, moment};

pub(crate) async fn link(
    link: Link,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let request = Request::Link {
        account,
        which: link.pin,
        seconds: link.lasts,
        named: link.named,
    };
    for reply in house.gather(request).await? {
        plain(out, &reply)?;
        if let Reply::Link(made) = &reply {
            out.line(&made.link)?;
            if let Some(until) = &made.until {
                let until = moment(Some(until));
                out.aside(&format!(
                    "Whoever has it can open the file until {until} UTC."
                ));
            }
        }
    }
    Ok(())
}

pub(crate) async fn record(
    which: String,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    for reply in house.gather(Request::Record { account, which }).await? {
        plain(out, &reply)?;
        if let Reply::Record { text } = &reply {
            text.lines().try_for_each(|line| out.line(line))?;
        }
    }
    Ok(())
}

pub(crate) async fn swap(
    swap: Swap,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let what = match swap.other {
        Some(cid) if swap.replace => SwapAsked::Replace(cid),
        Some(cid) => SwapAsked::Set(cid),
        None if swap.own => SwapAsked::Clear,
        None => SwapAsked::Show,
    };
    let which = swap.pin;
    let request = Request::Swap {
        account,
        which,
        what,
    };
    for reply in house.gather(request).await? {
        plain(out, &reply)?;
        if let Reply::Swap(swap) = &reply {
            shown(swap, out)?;
        }
    }
    Ok(())
}

fn shown(swap: &SwapLine, out: &Out) -> Result<(), Failure> {
    let words = |at: usize| {
        let shown = swap.shows.get(at)?;
        let name = shown.name.as_deref().unwrap_or_default();
        let since = moment(shown.since.as_deref());
        Some(
            format!("{}  {since}  {name}", shown.cid)
                .trim_end()
                .to_owned(),
        )
    };
    let own = match swap.way.as_str() {
        "pin" => "its own content; --replace gives the pin another CID",
        _ => "its own content",
    };
    let mut facts = vec![
        ("CID", swap.cid.clone()),
        ("Name", swap.name.clone().unwrap_or_default()),
        ("Gateway", swap.gateway.clone().unwrap_or_default()),
        ("Shows", words(0).unwrap_or_else(|| own.to_owned())),
    ];
    facts.extend((1..swap.shows.len()).filter_map(|at| Some(("Before", words(at)?))));
    out.facts(&facts)
}
