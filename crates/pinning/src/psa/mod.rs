//! Any service that speaks the IPFS Pinning Services API 1.0.0 (`ipfs/pinning-services-api-spec`), with the deviations
//! that were measured: other success codes, bodies that are no JSON, missing and null members, lists that ignore
//! their limits, errors of every shape.

mod call;
mod list;
mod nouns;
pub(crate) mod read;
mod template;

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use url::Url;

use crate::budget::{Budget, Family};
use crate::endpoints::base;
use crate::http::Http;
use crate::key::Token;
use crate::{
    Ability, Access, Clock, Deadlines, EndpointError, Endpoints, Error, Feature, Jobs, KeyReport,
    Pins, Priority, RequestQuery, Requests, Service, Spent, TokenError, Uploads, Usage,
};

pub use template::{PSA_TEMPLATES, PsaTemplate};

/// Requests a minute that a pinning service is asked at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PsaBudget {
    /// Lists; Pinata allows 30 on every plan.
    pub lists: NonZeroU32,
    /// Everything else.
    pub others: NonZeroU32,
}

impl Default for PsaBudget {
    fn default() -> Self {
        let per_minute = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self {
            lists: per_minute(30),
            others: per_minute(60),
        }
    }
}

/// The address of a pinning service: what stands before `/pins`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PsaEndpoint(Url);

impl PsaEndpoint {
    /// Takes https, or http on this computer. A `/pins` at the end is taken away: guides show the address with and
    /// without it. What is taken is taken again as it is.
    pub fn new(address: &str) -> Result<Self, EndpointError> {
        let mut url = base(address)?;
        let mut path = url.path().trim_end_matches('/');
        while let Some(before) = path.strip_suffix("/pins") {
            path = before.trim_end_matches('/');
        }
        let path = path.to_owned();
        url.set_path(&path);
        Ok(Self(url))
    }

    /// The address itself.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

/// Rows of the list that tells whether a token is good.
const FEW: u32 = 10;

/// One account at a pinning service. Has no `Debug`: it holds the token.
pub struct Psa {
    http: Http,
    endpoint: PsaEndpoint,
}

impl Psa {
    /// Without a token only for a service on this computer that asks for none. Nothing is sent.
    pub fn new(
        endpoint: PsaEndpoint,
        token: Option<&SecretString>,
        clock: Arc<dyn Clock>,
        budget: PsaBudget,
        deadlines: Deadlines,
    ) -> Result<Self, TokenError> {
        let address = endpoint.url().as_str();
        let endpoints =
            Endpoints::single(address, address).expect("a checked address is checked again");
        let token = match token {
            Some(token) => Token::new(token)?,
            None if endpoints.all_loopback() => Token::Nothing,
            None => return Err(TokenError::Empty),
        };
        let budget = Budget::of([
            (Family::RequestLists, budget.lists),
            (Family::Requests, budget.others),
        ]);
        let http = Http::new(&endpoints, token, budget, deadlines, clock);
        Ok(Self { http, endpoint })
    }

    /// Where it lives.
    pub fn endpoint(&self) -> &PsaEndpoint {
        &self.endpoint
    }
}

#[async_trait]
impl Service for Psa {
    /// One short list: the specification has nothing else that tells whether a token is good. The count is told only
    /// where it is of all pins: some services count the rows of the page.
    async fn check(&self) -> Result<KeyReport, Error> {
        let query = RequestQuery {
            states: vec![crate::RequestStatus::Pinned],
            limit: Some(FEW),
            ..RequestQuery::default()
        };
        let page = self.list(&query, None, Priority::Click).await?;
        let rows = page.requests.len() as u64;
        let counts_all = page.total.is_some_and(|total| total > rows);
        let pins = if counts_all || page.next.is_none() {
            page.total.map(|total| total.max(rows)).or(Some(rows))
        } else {
            None
        };
        let (owner_email, key_id) = self.http.token().claims();
        let not_offered = || Access::No {
            missing_scope: "not offered by this service".to_owned(),
        };
        Ok(KeyReport {
            owner_email,
            key_id,
            pins,
            bytes: None,
            features: vec![
                (Feature::Upload, not_offered()),
                (Feature::UploadFolders, not_offered()),
                (Feature::List, Access::Yes),
                (Feature::Edit, Access::Yes),
                (Feature::Unpin, Access::Yes),
                (Feature::Usage, not_offered()),
            ],
        })
    }

    fn spent(&self) -> Vec<Spent> {
        self.http.spent()
    }

    fn in_background(&self) -> Arc<dyn Service> {
        Arc::new(Self {
            http: self.http.in_background(),
            endpoint: self.endpoint.clone(),
        })
    }

    fn pins(&self) -> Option<&dyn Pins> {
        Some(self)
    }

    /// The specification has no uploads: content comes from elsewhere, by its CID.
    fn uploads(&self) -> Option<&dyn Uploads> {
        None
    }

    fn usage(&self) -> Option<&dyn Usage> {
        None
    }

    fn jobs(&self) -> Option<&dyn Jobs> {
        Some(self)
    }

    fn requests(&self) -> Option<&dyn Requests> {
        Some(self)
    }

    async fn abilities(&self) -> Result<Vec<(Ability, Access)>, Error> {
        let all = [Ability::PinByCid, Ability::Jobs, Ability::CancelJobs];
        Ok(all.map(|ability| (ability, Access::Yes)).to_vec())
    }
}
