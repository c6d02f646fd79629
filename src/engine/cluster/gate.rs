//! Turns an executor's service of tasks into one that asks for the token and encrypts.
//!
//! Ballista starts that service itself, and leaves no place to put a check in. So it listens on 127.0.0.1 only, at a port
//! of its own, and this one, which other machines reach, hands on what has the token.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use ballista_core::serde::protobuf as messages;
use ballista_core::serde::protobuf::executor_grpc_client::ExecutorGrpcClient;
use ballista_core::serde::protobuf::executor_grpc_server::{ExecutorGrpc, ExecutorGrpcServer};
use tonic::service::interceptor::InterceptedService;
use tonic::transport::server::{Server, TcpIncoming};
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Response, Status, async_trait};

use super::settings::MESSAGE_BYTES;
use super::wire::Wire;

type BoxedError = Box<dyn std::error::Error + Send + Sync>;

/// Hands tasks that come in at `listener` on to the service at a port of this machine, until it is dropped.
///
/// # Errors
/// If the service fails.
pub(super) async fn serve_tasks(listener: TcpListener, port: u16, wire: Wire) -> Result<(), BoxedError> {
    listener.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let inside = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), port);
    let channel = Endpoint::from_shared(format!("http://{inside}"))?.connect_lazy();
    let bytes = MESSAGE_BYTES as usize;
    let inside =
        ExecutorGrpcClient::new(channel).max_encoding_message_size(bytes).max_decoding_message_size(bytes);
    let service = ExecutorGrpcServer::new(Gate(inside))
        .max_encoding_message_size(bytes)
        .max_decoding_message_size(bytes);
    wire.guard(Server::builder())?
        .add_service(InterceptedService::new(service, wire.doorkeeper()))
        .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)))
        .await?;
    Ok(())
}

/// The service behind.
struct Gate(ExecutorGrpcClient<Channel>);

type Answer<T> = Result<Response<T>, Status>;

#[async_trait]
impl ExecutorGrpc for Gate {
    async fn launch_task(
        &self,
        request: Request<messages::LaunchTaskParams>,
    ) -> Answer<messages::LaunchTaskResult> {
        self.0.clone().launch_task(request.into_inner()).await
    }

    async fn launch_multi_task(
        &self,
        request: Request<messages::LaunchMultiTaskParams>,
    ) -> Answer<messages::LaunchMultiTaskResult> {
        self.0.clone().launch_multi_task(request.into_inner()).await
    }

    async fn stop_executor(
        &self,
        request: Request<messages::StopExecutorParams>,
    ) -> Answer<messages::StopExecutorResult> {
        self.0.clone().stop_executor(request.into_inner()).await
    }

    async fn cancel_tasks(
        &self,
        request: Request<messages::CancelTasksParams>,
    ) -> Answer<messages::CancelTasksResult> {
        self.0.clone().cancel_tasks(request.into_inner()).await
    }

    async fn remove_job_data(
        &self,
        request: Request<messages::RemoveJobDataParams>,
    ) -> Answer<messages::RemoveJobDataResult> {
        self.0.clone().remove_job_data(request.into_inner()).await
    }
}
