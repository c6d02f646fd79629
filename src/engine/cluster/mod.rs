//! Turns a physical plan into its rows on a cluster of Apache Ballista.
//!
//! Everything up to the physical plan happens here, as without a cluster: parameters, labels, notices, what a
//! user may ask. The plan then travels with pinned files ([`pin`]) and packed functions ([`codec`]), and
//! [`client`] fetches the rows. What cannot travel runs on this machine, and so does what reads no dataset.

mod client;
mod codec;
mod fates;
mod folder;
mod gate;
mod overseer;
mod parts;
mod pin;
mod rows;
mod seams;
mod service;
mod settings;
mod tasks;
mod tls;
mod token;
mod unions;
mod wire;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::RecordBatch;
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::SessionState;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::coalesce_partitions::CoalescePartitionsExec;
use datafusion::prelude::SessionConfig;
use datafusion_proto::physical_plan::AsExecutionPlan as _;
use datafusion_proto::protobuf::PhysicalPlanNode;
use url::Url;

use self::client::CancelOnDrop;
use super::Watch;
use super::files::FileReplaced;
use crate::error::Error;
use crate::messages::ClusterFault;

pub(super) use self::client::Job;
pub use self::service::{EXECUTOR_PORT, Executor, SCHEDULER_PORT, Scheduler, TASK_PORT, host_of};
pub use self::tls::Tls;
pub use self::token::Token;
pub use self::wire::Wire;

/// A cluster, by the address of its scheduler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    address: String,
    part_bytes: u64,
    wire: Wire,
}

/// Where a scheduler is, and whether it encrypts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Whether its scheme is `https`.
    pub does_encrypt: bool,
    /// Name or address, one of IPv6 in brackets.
    pub host: String,
    /// Port, the usual one if none is written.
    pub port: u16,
}

impl Address {
    /// Parses `http://host:port` or `https://host:port`.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, place) = text.split_once("://")?;
        let does_encrypt = scheme.eq_ignore_ascii_case("https");
        // Of these two schemes a URL does not keep the port that is usual on the web; of another one it does.
        let url = Url::parse(&format!("cchc://{place}")).ok()?;
        let is_place = matches!(url.path(), "" | "/") && url.query().is_none() && url.username().is_empty();
        let host = url.host_str().filter(|host| !host.is_empty())?.to_owned();
        let port = url.port().unwrap_or(SCHEDULER_PORT);
        let is_known = does_encrypt || scheme.eq_ignore_ascii_case("http");
        (is_known && is_place).then_some(Self { does_encrypt, host, port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.does_encrypt { "https" } else { "http" };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

/// Bytes of Parquet for which a part of its own is worth what a task costs.
pub const PART_BYTES: u64 = 8 << 20;

impl Cluster {
    /// Parses the address of a scheduler: `http://host:50050`, or `https://` for one whose certificate the authority in
    /// a file has made, or one that this machine trusts. Statements are dealt out into a part for every `part_bytes`
    /// bytes of Parquet that they scan.
    ///
    /// # Errors
    /// [`ClusterFault::BadAddress`], [`ClusterFault::BadToken`] of the token in the environment, and faults of the
    /// authority's file.
    pub fn parse(text: &str, part_bytes: u64, authority: Option<&Path>) -> crate::error::Result<Self> {
        let fault = || Error::new(ClusterFault::BadAddress { found: text.to_owned() });
        let found = Address::parse(text).ok_or_else(fault)?;
        let address = found.to_string();
        let tls = found.does_encrypt.then(|| Tls::read_authority(authority)).transpose()?;
        Ok(Self { address, part_bytes, wire: Wire { token: Token::find()?, tls } })
    }

    /// Makes the sessions of a configuration run what they can on the cluster.
    pub(super) fn configure(&self, config: SessionConfig) -> SessionConfig {
        settings::restrict(config).with_extension(Arc::new(self.clone()))
    }
}

/// Runs a plan on the session's cluster; nothing, if it has none or the plan stays here.
pub(super) async fn run(
    state: &SessionState,
    plan: &Arc<dyn ExecutionPlan>,
    watch: &Watch,
) -> Result<Option<Vec<RecordBatch>>> {
    let Some(cluster) = state.config().get_extension::<Cluster>() else { return Ok(None) };
    let Some(pinned) = pin::pin_scans(Arc::clone(plan))? else { return Ok(None) };
    let parts = parts::count_parts(&pinned, cluster.part_bytes)?;
    let options = settings::of_statement(state.config_options(), parts);
    let fitted = parts::fit_parts(pinned, parts)?;
    let Some(separated) = unions::separate_branches(fitted)? else { return Ok(None) };
    let Ok(secured) = seams::secure(&separated, &options) else { return Ok(None) };
    let Some(bytes) = encode(secured) else { return Ok(None) };
    let job = Arc::new(Job::default());
    watch.stop_sign().cancels(Arc::clone(&job));
    let _guard = CancelOnDrop(Arc::clone(&job));
    watch.follow(plan);
    client::run(&cluster, &bytes, &options, &job, watch).await.map(Some)
}

/// Notes which file executors do not find as it was listed, if that is what went wrong.
pub(super) fn find_gone(error: &DataFusionError, gone: &mut Option<Error>) -> bool {
    let DataFusionError::External(inner) = error else { return false };
    let Some(FileReplaced(file)) = inner.downcast_ref() else { return false };
    *gone = Some(Error::new(ClusterFault::ObjectGone { file: file.clone() }));
    true
}

/// How many steps the scheduler may put on top of a plan when it cuts it up, and more.
const DEPTH_MARGIN: usize = 8;

/// A plan that holds what no codec knows (a recursive query), or that is too deep to be read again, stays here.
fn encode(plan: Arc<dyn ExecutionPlan>) -> Option<Vec<u8>> {
    if codec::deals_by_function(&plan).unwrap_or(true) {
        return None;
    }
    let write = |plan| {
        let message = PhysicalPlanNode::try_from_physical_plan(plan, &codec::Codec::default()).ok()?;
        let mut bytes = Vec::new();
        message.try_encode(&mut bytes).ok()?;
        Some(bytes)
    };
    let bytes = write(Arc::clone(&plan))?;
    let deeper = (0..DEPTH_MARGIN).fold(plan, |plan, _| Arc::new(CoalescePartitionsExec::new(plan)));
    // Messages are read to a depth of a hundred only, and written to any.
    PhysicalPlanNode::try_decode(&write(deeper)?).ok()?;
    Some(bytes)
}

/// What lies under the layers of a transport: `Connection refused`.
fn root_of(error: &dyn std::error::Error) -> String {
    let mut root = error;
    while let Some(deeper) = root.source() {
        root = deeper;
    }
    root.to_string()
}

#[cfg(test)]
mod tests {
    use super::Cluster;

    #[test]
    fn a_scheduler_is_named_by_its_address_with_or_without_a_port() {
        let address = |text: &str| Cluster::parse(text, 1, None).ok().map(|cluster| cluster.address);
        let wanted = |text: &str| Some(text.to_owned());
        assert_eq!(address("http://10.0.0.1"), wanted("http://10.0.0.1:50050"));
        assert_eq!(address("HTTPS://may-chu/"), wanted("https://may-chu:50050"));
        assert_eq!(address("https://may-chu:443"), wanted("https://may-chu:443"));
        assert_eq!(address("http://[fd00::1]:80"), wanted("http://[fd00::1]:80"));
        for text in [
            "10.0.0.1:50050",
            "s3://kho",
            "http://",
            "https://a/b",
            "http://me@a",
            "http://a?b",
            "http://a:port",
        ] {
            assert_eq!(address(text), None, "{text}");
        }
    }
}
