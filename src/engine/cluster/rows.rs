//! Turns Ballista's service of rows into one that asks for the cluster's token.

use std::net::SocketAddr;
use std::sync::Arc;

use arrow_flight::flight_service_server::FlightServiceServer;
use ballista_core::error::BallistaError;
use ballista_core::utils::{GrpcServerConfig, create_grpc_server};
use ballista_executor::ArrowFlightServerProvider;
use ballista_executor::flight_service::BallistaFlightService;
use ballista_executor::shutdown::Shutdown;
use tonic::service::interceptor::InterceptedService;

use super::settings::MESSAGE_BYTES;
use super::wire::Token;

/// Serves the rows in an executor's folder to who has the token.
pub(super) fn serve_rows(token: Token) -> Arc<ArrowFlightServerProvider> {
    Arc::new(move |folder: String, address: SocketAddr, mut end: Shutdown, settings: GrpcServerConfig| {
        let token = token.clone();
        tokio::spawn(async move {
            let service = FlightServiceServer::new(BallistaFlightService::new(folder))
                .max_encoding_message_size(MESSAGE_BYTES as usize)
                .max_decoding_message_size(MESSAGE_BYTES as usize);
            let guarded = InterceptedService::new(service, move |request| token.check(request));
            let serving = create_grpc_server(&settings).add_service(guarded);
            serving.serve_with_shutdown(address, end.recv()).await.map_err(BallistaError::TonicError)
        })
    })
}
