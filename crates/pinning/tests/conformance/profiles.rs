//! The services that all behaviours are shown on: Pinata with each kind of key, and a pinning service with Pinata's quirks and
//! as the specification has it.

use pinning::{Deadlines, Jobs, Pins, Service, Uploads};
use sandbox::{Config, Jobs as Rules, Key, Sandbox, Scopes};

use crate::account_of;
use crate::deeds::{Deed, tried};
use crate::recorded::{KEY, pair_with, psa_with};
use crate::support::{API_SECRET, file, token};

/// A service and the kind of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// Pinata, with a key that may do everything.
    Everything,
    /// Pinata, with a key for files of v3 only.
    V3Only,
    /// Pinata, with a key for all calls of the legacy API.
    LegacyOnly,
    /// Pinata, with the older pair of key and secret.
    Pair,
    /// A pinning service with Pinata's quirks.
    Quirks,
    /// A pinning service as the specification has it.
    Strict,
}

/// The token of a key that may do everything, whatever the profile: what the owner does elsewhere.
const OWNER: &str = "the-owners-own-token";

impl Profile {
    pub(crate) const ALL: [Self; 6] = [
        Self::Everything,
        Self::V3Only,
        Self::LegacyOnly,
        Self::Pair,
        Self::Quirks,
        Self::Strict,
    ];

    pub(crate) fn scopes(self) -> Scopes {
        match self {
            Self::Everything | Self::Pair | Self::Quirks | Self::Strict => Scopes::admin(),
            Self::V3Only => Scopes::v3(["org:files:write"]),
            Self::LegacyOnly => Scopes::legacy_all(),
        }
    }

    /// Whether a list of pins says how large each is.
    pub(crate) fn tells_sizes(self) -> bool {
        !matches!(self, Self::Quirks | Self::Strict)
    }
}

/// Shows a behaviour on a profile; where that cannot do what it takes, that it says so as the list has it.
pub(crate) async fn shown(profile: Profile, takes: &[Deed], behaviour: impl AsyncFn(Ground)) {
    let ground = Ground::new(profile).await;
    let lack = |deed: &Deed| profile.lack(*deed).map(|lack| (*deed, lack));
    match takes.iter().find_map(lack) {
        None => behaviour(ground).await,
        Some((deed, lack)) => {
            let ended = tried(ground.service.as_ref(), deed).await;
            assert_eq!(ended, Err(lack), "{deed:?}");
        }
    }
}

/// Makes one test for each profile out of `async fn(Ground)`, which takes these deeds.
macro_rules! on_every_profile {
    ([$($takes:ident),+] $($behaviour:ident),+ $(,)?) => {
        on_every_profile!(@each [$($takes),+] $($behaviour),+);
    };
    (@each $takes:tt $($behaviour:ident),+) => {
        $(on_every_profile!(@one $takes $behaviour);)+
    };
    (@one [$($takes:ident),+] $behaviour:ident) => {
        mod $behaviour {
            use crate::deeds::Deed;
            use crate::profiles::{Profile, shown};

            async fn on(profile: Profile) {
                let takes = [$(Deed::$takes),+];
                shown(profile, &takes, super::behaviour::$behaviour).await;
            }

            #[tokio::test]
            async fn with_a_key_for_everything() {
                on(Profile::Everything).await;
            }

            #[tokio::test]
            async fn with_a_key_for_v3_only() {
                on(Profile::V3Only).await;
            }

            #[tokio::test]
            async fn with_a_key_for_the_legacy_api_only() {
                on(Profile::LegacyOnly).await;
            }

            #[tokio::test]
            async fn with_the_older_pair() {
                on(Profile::Pair).await;
            }

            #[tokio::test]
            async fn at_a_pinning_service_with_pinatas_quirks() {
                on(Profile::Quirks).await;
            }

            #[tokio::test]
            async fn at_a_pinning_service_as_the_specification_has_it() {
                on(Profile::Strict).await;
            }
        }
    };
}
pub(crate) use on_every_profile;

/// An account of this kind.
fn service(profile: Profile, sandbox: &Sandbox, secret: &str) -> Box<dyn Service> {
    let address = sandbox.api_url();
    match profile {
        Profile::Pair => Box::new(pair_with(&address, secret)),
        Profile::Quirks | Profile::Strict => Box::new(psa_with(&address, secret)),
        _ => Box::new(account_of(sandbox, secret, Deadlines::default())),
    }
}

/// A running service, and an account on it of whatever kind.
pub(crate) struct Ground {
    pub(crate) profile: Profile,
    pub(crate) sandbox: Sandbox,
    pub(crate) service: Box<dyn Service>,
    /// Removed with it.
    _data: tempfile::TempDir,
}

impl Ground {
    /// What is asked for by CID is pinned at once, unless another end is said for it.
    pub(crate) async fn new(profile: Profile) -> Self {
        let data = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config::new(data.path(), OWNER);
        config.jobs = Rules::instant();
        config.strict_psa = profile == Profile::Strict;
        match profile {
            Profile::Pair => config.pair = Some((KEY.to_owned(), API_SECRET.to_owned())),
            _ => config.keys.push(Key::new(token(), profile.scopes())),
        }
        let sandbox = Sandbox::start(config).await.expect("starts");
        let secret = match profile {
            Profile::Pair => API_SECRET.to_owned(),
            _ => token(),
        };
        Self {
            profile,
            service: service(profile, &sandbox, &secret),
            sandbox,
            _data: data,
        }
    }

    /// An account of the same kind, whose token nobody knows.
    pub(crate) fn stranger(&self) -> Box<dyn Service> {
        service(self.profile, &self.sandbox, "a-token-that-nobody-knows")
    }

    pub(crate) fn pins(&self) -> &dyn Pins {
        self.service.pins().expect("pins")
    }

    pub(crate) fn uploads(&self) -> &dyn Uploads {
        self.service.uploads().expect("uploads")
    }

    pub(crate) fn jobs(&self) -> &dyn Jobs {
        self.service.jobs().expect("jobs")
    }

    /// A pin of these bytes; its CID. Where the service takes no uploads, its owner brought them there another way.
    pub(crate) async fn put(&self, name: &str, content: &[u8]) -> String {
        let upload = file(name, content);
        let stored = if let Some(uploads) = self.service.uploads() {
            uploads.file(upload).await
        } else {
            let owner = account_of(&self.sandbox, OWNER, Deadlines::default());
            owner.file(upload).await
        };
        stored.expect("stored").cid
    }
}
