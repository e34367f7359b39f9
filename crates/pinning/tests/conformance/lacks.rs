//! What no account of a profile can do: one list, that is tried in full and compared with what each account says of itself.

use pinning::{Ability, Access, Feature};

use crate::deeds::{Deed, Lack, tried};
use crate::profiles::{Ground, Profile};

/// What an account says where its service has nothing of the kind.
const NOT_OFFERED: &str = "not offered by this service";

impl Profile {
    /// Why it cannot do something; `None` where it can.
    pub(crate) fn lack(self, deed: Deed) -> Option<Lack> {
        let scope = |name: &str| Some(Lack::Scope(name.to_owned()));
        let refused = |name: &str| Some(Lack::Refused(name.to_owned()));
        match self {
            Self::Everything | Self::V3Only | Self::LegacyOnly | Self::Pair
                if deed == Deed::ListRequests =>
            {
                Some(Lack::NotOffered)
            }
            Self::Everything => None,
            Self::V3Only => match deed {
                Deed::UploadFolder | Deed::UploadWrapped => scope("pinFileToIPFS"),
                Deed::ListUnpinned => scope("pinList"),
                Deed::Totals => scope("userPinnedDataTotal"),
                Deed::ListGroups => scope("org:groups:read"),
                Deed::MakeGroup => scope("org:groups:write"),
                Deed::ListGateways => scope("org:gateways:read"),
                Deed::ListKeys | Deed::MakeKey => scope("admin"),
                _ => None,
            },
            Self::LegacyOnly => match deed {
                Deed::ListGroups => scope("org:groups:read"),
                Deed::MakeGroup => scope("org:groups:write"),
                Deed::ListKeys | Deed::MakeKey => scope("admin"),
                _ => Self::Pair.lack(deed),
            },
            Self::Pair => match deed {
                Deed::ListOldestFirst | Deed::ListPrivate => scope("org:files:read"),
                Deed::UploadPrivate
                | Deed::UploadInChunks
                | Deed::Expire
                | Deed::CancelJob
                | Deed::Swap => scope("org:files:write"),
                Deed::ListGateways => scope("org:gateways:read"),
                _ => None,
            },
            Self::Quirks | Self::Strict => match deed {
                Deed::List
                | Deed::Edit
                | Deed::Unpin
                | Deed::PinByCid
                | Deed::ListJobs
                | Deed::CancelJob
                | Deed::ListRequests => None,
                Deed::ListOldestFirst => refused("NEWEST_FIRST_ONLY"),
                Deed::ListUnpinned => refused("NO_HISTORY"),
                Deed::ListPrivate | Deed::ListGroup => refused("NO_PLACES"),
                Deed::Expire => refused("NO_EXPIRY"),
                _ => Some(Lack::NotOffered),
            },
        }
    }

    fn access(self, deed: Deed) -> Access {
        let missing = |scope: String| Access::No {
            missing_scope: scope,
        };
        match self.lack(deed) {
            None => Access::Yes,
            Some(Lack::Scope(scope)) => missing(scope),
            Some(Lack::NotOffered | Lack::Refused(_)) => missing(NOT_OFFERED.to_owned()),
        }
    }
}

fn of_feature(feature: Feature) -> Deed {
    match feature {
        Feature::Upload => Deed::UploadFile,
        Feature::UploadFolders => Deed::UploadFolder,
        Feature::List => Deed::List,
        Feature::Edit => Deed::Edit,
        Feature::Unpin => Deed::Unpin,
        Feature::Usage => Deed::Totals,
    }
}

fn of_ability(ability: Ability) -> Deed {
    match ability {
        Ability::PinByCid => Deed::PinByCid,
        Ability::Jobs => Deed::ListJobs,
        Ability::CancelJobs => Deed::CancelJob,
        Ability::UploadJson => Deed::UploadJson,
        Ability::Expiry => Deed::Expire,
        Ability::SeeGroups => Deed::ListGroups,
        Ability::ChangeGroups => Deed::MakeGroup,
        Ability::Gateways => Deed::ListGateways,
        // What can be listed can be linked to.
        Ability::PrivateLinks => Deed::ListPrivate,
        Ability::History => Deed::ListUnpinned,
        Ability::Keys => Deed::ListKeys,
    }
}

#[tokio::test]
async fn what_a_profile_cannot_do_is_said_by_a_typed_refusal_and_all_the_rest_can_be_done() {
    for profile in Profile::ALL {
        let ground = Ground::new(profile).await;
        // The second time an account knows what it lacks, and says the same.
        for time in ["first", "second"] {
            for deed in Deed::ALL {
                let ended = tried(ground.service.as_ref(), deed).await;
                let lack = profile.lack(deed);
                assert_eq!(ended.err(), lack, "{profile:?} {deed:?}, the {time} time");
            }
        }
    }
}

#[tokio::test]
async fn an_account_says_of_itself_what_it_can_do_and_stores_nothing_by_asking() {
    for profile in Profile::ALL {
        let ground = Ground::new(profile).await;
        let report = ground.service.check().await.expect("a report");
        for (feature, access) in report.features {
            assert_eq!(
                access,
                profile.access(of_feature(feature)),
                "{profile:?} {feature:?}"
            );
        }
        let abilities = ground.service.abilities().await.expect("abilities");
        for (ability, access) in &abilities {
            let can = profile.access(of_ability(*ability));
            assert_eq!(*access, can, "{profile:?} {ability:?}");
        }
        let everything = pinning::PinQuery::default();
        let page = ground
            .pins()
            .page(&everything, None, pinning::Priority::Click);
        assert_eq!(page.await.expect("a page").pins, [], "{profile:?}");
    }
}
