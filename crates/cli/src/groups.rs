//! `pinfold groups`.

use engine::holder::{GroupLine, GroupsAsked, Reply, Request};
use engine::pins::PinNetwork;

use crate::add::plain;
use crate::arguments::{Groups, GroupsWhat, Network};
use crate::exit::Failure;
use crate::house::House;
use crate::items::sure;
use crate::print::{Out, Side};

pub(crate) async fn run(
    groups: Groups,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let what = match groups.what.unwrap_or(GroupsWhat::Ls) {
        GroupsWhat::Ls => GroupsAsked::List,
        GroupsWhat::Create {
            name,
            network,
            open,
        } => GroupsAsked::Create {
            name,
            network: network.into(),
            public: open.then_some(true),
        },
        GroupsWhat::Rename { group, name } => GroupsAsked::Edit {
            group,
            name: Some(name),
            public: None,
        },
        GroupsWhat::Edit {
            group,
            name,
            open,
            closed,
        } => GroupsAsked::Edit {
            group,
            name,
            public: (open || closed).then_some(open),
        },
        GroupsWhat::Rm { groups, yes } => {
            if !yes {
                let names = groups.join(", ");
                sure(&format!("Remove the groups {names}? Their pins stay.")).await?;
            }
            GroupsAsked::Remove { groups }
        }
        GroupsWhat::Add { group, pins } => GroupsAsked::PutIn { group, pins },
        GroupsWhat::Remove { group, pins } => GroupsAsked::TakeOut { group, pins },
    };
    let mut rows = Vec::new();
    house
        .ask(Request::Groups { account, what }, |reply| {
            match &reply {
                Reply::Heard => rows.clear(),
                Reply::Group(group) => rows.push(row(group)),
                Reply::Pin(pin) => {
                    let cid = pin.cid.as_deref().unwrap_or_default();
                    let groups = match pin.groups.join(", ") {
                        none if none.is_empty() => "in no group".to_owned(),
                        groups => format!("in {groups}"),
                    };
                    out.line(&format!("{cid}  {groups}"))?;
                }
                _ => {}
            }
            match reply {
                Reply::Heard => Ok(()),
                reply => plain(out, &reply),
            }
        })
        .await?;
    let heads = [
        ("NAME", Side::Left),
        ("PINS", Side::Right),
        ("NETWORK", Side::Left),
        ("OPEN", Side::Left),
        ("ID", Side::Left),
    ];
    out.table(&heads, &rows)
}

fn row(group: &GroupLine) -> Vec<String> {
    let open = match group.public {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    };
    vec![
        group.name.clone(),
        group.pins.to_string(),
        group.network.clone(),
        open.to_owned(),
        group.id.clone(),
    ]
}

impl From<Network> for PinNetwork {
    fn from(network: Network) -> Self {
        match network {
            Network::Public => Self::Public,
            Network::Private => Self::Private,
        }
    }
}
