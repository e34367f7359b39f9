//! What a key may do, in words: as its service said when it was tested.

use pinning::{Ability, Access, Feature, KeyReport, Service};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A feature that a key may not use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct MayNot {
    /// In words.
    pub feature: String,
    /// The scope that would give it.
    pub scope: String,
}

/// What an account can do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase", default)]
pub struct Abilities {
    /// What the key may, in words.
    pub may: Vec<String>,
    /// What the key may not, though its service has it.
    pub may_not: Vec<MayNot>,
    /// What the service does not have.
    pub not_offered: Vec<String>,
}

impl Abilities {
    /// The scope that uploads lack; `None` where they are allowed, or where that is not known.
    pub(super) fn uploads_lack(&self) -> Option<&str> {
        let upload = words(Feature::Upload);
        let lack = self.may_not.iter().find(|lack| lack.feature == upload);
        lack.map(|lack| lack.scope.as_str())
    }

    /// The scope that an end of pins lacks; `None` where it is allowed, or where that is not known.
    pub(super) fn expiry_lacks(&self) -> Option<&str> {
        let expiry = more_words(Ability::Expiry);
        let lack = self.may_not.iter().find(|lack| lack.feature == expiry);
        lack.map(|lack| lack.scope.as_str())
    }

    /// What a service and a key are good for. `more` is empty where nobody asked for it.
    pub(super) fn of(
        service: &dyn Service,
        report: &KeyReport,
        more: &[(Ability, Access)],
    ) -> Self {
        let mut abilities = Self {
            not_offered: not_offered(service),
            ..Self::default()
        };
        for (feature, access) in &report.features {
            if offered(service, *feature) {
                abilities.note(words(*feature), access);
            }
        }
        for (ability, access) in more {
            abilities.note(more_words(*ability), access);
        }
        abilities
    }

    fn note(&mut self, words: &str, access: &Access) {
        match access {
            Access::Yes => self.may.push(words.to_owned()),
            Access::No { missing_scope } => self.may_not.push(MayNot {
                feature: words.to_owned(),
                scope: missing_scope.clone(),
            }),
            Access::Unknown => {}
        }
    }
}

fn offered(service: &dyn Service, feature: Feature) -> bool {
    match feature {
        Feature::Upload | Feature::UploadFolders => service.uploads().is_some(),
        Feature::List | Feature::Edit | Feature::Unpin => service.pins().is_some(),
        Feature::Usage => service.usage().is_some(),
    }
}

fn not_offered(service: &dyn Service) -> Vec<String> {
    let nouns = [
        ("Uploads", service.uploads().is_none()),
        ("Groups", service.groups().is_none()),
        ("API keys", service.keys().is_none()),
        ("Usage", service.usage().is_none()),
        ("Gateways", service.gateways().is_none()),
    ];
    let missing = nouns.into_iter().filter(|(_, missing)| *missing);
    missing.map(|(noun, _)| noun.to_owned()).collect()
}

fn words(feature: Feature) -> &'static str {
    match feature {
        Feature::Upload => "Upload files",
        Feature::UploadFolders => "Upload folders",
        Feature::List => "List pins",
        Feature::Edit => "Edit names and key-values",
        Feature::Unpin => "Unpin",
        Feature::Usage => "Show usage",
    }
}

fn more_words(ability: Ability) -> &'static str {
    match ability {
        Ability::PinByCid => "Pin by CID",
        Ability::Jobs => "Follow what is being looked for",
        Ability::CancelJobs => "Stop looking",
        Ability::UploadJson => "Upload JSON",
        Ability::Expiry => "Let pins expire",
        Ability::SeeGroups => "See groups",
        Ability::ChangeGroups => "Change groups",
        Ability::Gateways => "See gateways",
        Ability::PrivateLinks => "Make links to private files",
        Ability::History => "See what was unpinned",
        Ability::Keys => "Manage API keys",
    }
}
