//! Turns Ballista's service of rows into one that asks for the cluster's token, and encrypts.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use arrow_flight::flight_service_server::FlightServiceServer;
use ballista_core::error::BallistaError;
use ballista_core::utils::{GrpcServerConfig, create_grpc_server};
use ballista_executor::ArrowFlightServerProvider;
use ballista_executor::flight_service::BallistaFlightService;
use ballista_executor::shutdown::Shutdown;
use tonic::service::interceptor::InterceptedService;

use super::settings::MESSAGE_BYTES;
use super::wire::Wire;

/// Serves the rows in an executor's folder at an address of this machine, to who has the token.
pub(super) fn serve_rows(bind: IpAddr, wire: Wire) -> Arc<ArrowFlightServerProvider> {
    Arc::new(move |folder: String, inside: SocketAddr, mut end: Shutdown, settings: GrpcServerConfig| {
        let wire = wire.clone();
        // Ballista knows one address for all that it serves, which is the one that only this machine reaches.
        let address = SocketAddr::new(bind, inside.port());
        tokio::spawn(async move {
            let service = FlightServiceServer::new(BallistaFlightService::new(folder))
                .max_encoding_message_size(MESSAGE_BYTES as usize)
                .max_decoding_message_size(MESSAGE_BYTES as usize);
            let guarded = InterceptedService::new(service, wire.doorkeeper());
            let mut server = wire.guard(create_grpc_server(&settings)).map_err(BallistaError::TonicError)?;
            let serving = server.add_service(guarded).serve_with_shutdown(address, end.recv());
            serving.await.map_err(BallistaError::TonicError)
        })
    })
}
