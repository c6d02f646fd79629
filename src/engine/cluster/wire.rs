//! Turns connections between the machines of a cluster into ones that notice a host that vanishes, that carry the
//! cluster's token, and that nobody can listen in on where the cluster has certificates.
//!
//! Ballista lets us shape its connections, but not what is sent over them; so the token, and where an executor takes
//! tasks, travel as the name of the program that asks (`user-agent`), the one header that belongs to a connection.
//! Ballista's addresses all begin with `http://`; where there is TLS, an endpoint of `https://` takes their place.

use std::sync::Arc;
use std::time::Duration;

use ballista_core::extension::EndpointOverrideFn;
use tonic::metadata::MetadataMap;
use tonic::transport::{Endpoint, Error, Server};
use tonic::{Request, Status};

use super::root_of;
use super::tls::Tls;
use super::token::{HEADER, Token};

/// How long a machine that does not answer is waited for.
pub(super) const CONNECT_TIME: Duration = Duration::from_secs(5);
/// How often the other side of a connection is asked whether it is still there.
pub(super) const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// How long its answer may take.
pub(super) const KEEP_ALIVE_TIME: Duration = Duration::from_secs(20);
/// How long a request between scheduler and executors may take: as long as in Ballista.
const REQUEST_TIME: Duration = Duration::from_secs(20);
/// How much may be on its way unasked, in all and in one stream: as much as in Ballista.
const CONNECTION_WINDOW_BYTES: u32 = 64 << 20;
const STREAM_WINDOW_BYTES: u32 = 16 << 20;
/// What stands before the port on which an executor takes tasks, in the name of its program.
const TASKS: &str = "tasks/";

/// What a machine of a cluster has to know to talk with the others, and they with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wire {
    /// The secret that they share.
    pub token: Token,
    /// Whom they trust and who they are; without it, nothing is encrypted.
    pub tls: Option<Tls>,
}

impl Wire {
    /// Shapes connections over which rows come, for as long as they need.
    pub(super) fn streams(&self) -> EndpointOverrideFn {
        self.shape(self.token.program(), None)
    }

    /// Shapes a scheduler's connections.
    pub(super) fn requests(&self) -> EndpointOverrideFn {
        self.shape(self.token.program(), Some(REQUEST_TIME))
    }

    /// Shapes an executor's connections to its scheduler, which tell the port on which it takes tasks.
    pub(super) fn requests_of_executor(&self, task_port: u16) -> EndpointOverrideFn {
        self.shape(format!("{} {TASKS}{task_port}", self.token.program()), Some(REQUEST_TIME))
    }

    fn shape(&self, program: String, time: Option<Duration>) -> EndpointOverrideFn {
        let tls = self.tls.clone();
        Arc::new(move |endpoint: Endpoint| {
            let endpoint = tls.as_ref().map_or(Ok(endpoint.clone()), |tls| tls.secure(&endpoint))?;
            let endpoint = endpoint
                .initial_connection_window_size(CONNECTION_WINDOW_BYTES)
                .initial_stream_window_size(STREAM_WINDOW_BYTES)
                .connect_timeout(CONNECT_TIME)
                .http2_keep_alive_interval(KEEP_ALIVE_INTERVAL)
                .keep_alive_timeout(KEEP_ALIVE_TIME)
                .keep_alive_while_idle(true)
                .user_agent(program.as_str())?;
            Ok(time.map_or(endpoint.clone(), |time| endpoint.timeout(time)))
        })
    }

    /// Connects to a place, `host:port`, and leaves again.
    ///
    /// # Errors
    /// What is in the way.
    pub(super) async fn reach(&self, place: &str) -> Result<(), String> {
        let endpoint = Endpoint::from_shared(format!("http://{place}")).map_err(|error| root_of(&error))?;
        let endpoint = self.requests()(endpoint).map_err(|error| root_of(error.as_ref()))?;
        endpoint.connect().await.map(drop).map_err(|error| root_of(&error))
    }

    /// Makes a server one that encrypts, if there are certificates, and notices a host that vanishes.
    ///
    /// # Errors
    /// If certificate and key do not belong together.
    pub(super) fn guard(&self, server: Server) -> Result<Server, Error> {
        let server = server
            .http2_keepalive_interval(Some(KEEP_ALIVE_INTERVAL))
            .http2_keepalive_timeout(Some(KEEP_ALIVE_TIME));
        self.tls.as_ref().map_or(Ok(server.clone()), |tls| server.tls_config(tls.server()))
    }

    /// Returns what refuses requests without the token.
    pub(super) fn doorkeeper(
        &self,
    ) -> impl FnMut(Request<()>) -> Result<Request<()>, Status> + Clone + use<> {
        let token = self.token.clone();
        move |request| token.check(request.metadata()).map(|()| request)
    }
}

/// The port on which the executor that asks takes tasks, if it is one that says so.
pub(super) fn task_port(headers: &MetadataMap) -> Option<u16> {
    let program = headers.get(HEADER)?.to_str().ok()?;
    program.split(' ').find_map(|word| word.strip_prefix(TASKS))?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_executor_tells_where_it_takes_tasks() {
        let port = |program: &str| {
            let mut headers = MetadataMap::new();
            headers.insert(HEADER, program.parse().unwrap());
            task_port(&headers)
        };
        assert_eq!(port("cchc/3000-mua tasks/50052 tonic/0.14.9"), Some(50052));
        for program in ["cchc/tasks/50052", "cchc/ tonic/0.14.9", "cchc/ tasks/", "cchc/ tasks/70000"] {
            assert_eq!(port(program), None, "{program}");
        }
    }
}
