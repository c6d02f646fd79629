//! Turns files with certificates into connections that nobody can listen in on.
//!
//! TLS says to a machine that it talks with the right one, and the token who may ask; so only services show a certificate.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tonic::transport::{
    Certificate, ClientTlsConfig, Endpoint, Error as TransportError, Identity, Server, ServerTlsConfig,
};

use super::root_of;
use super::wire::CONNECT_TIME;
use crate::error::{Error, Result};
use crate::messages::ClusterFault;
use crate::workspace::unreadable;

/// How certificates begin in files.
const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----";
/// How keys begin there, whatever their kind.
const KEY: &str = "PRIVATE KEY-----";

/// How long a connection may take to agree on keys: who says nothing is not waited for.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// How HTTP/2 begins (RFC 9113, 3.4).
const GREETING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// How a record of TLS begins that tells an error (RFC 8446, 5.1).
const ALERT: u8 = 21;

/// What stands in keys that a passphrase locks.
const LOCKED: &str = "ENCRYPTED";

/// Whom a machine trusts and, if it is a service, who it is.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// The authority whose certificates are trusted, as PEM; without one, those that the machine trusts.
    authority: Option<String>,
    /// A service's certificate, with those between it and the authority, and its key, as PEM.
    identity: Option<(String, String)>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.identity.is_some() { "a certificate" } else { "an authority" })
    }
}

impl Tls {
    /// Reads the authority that a machine trusts; without a file it trusts those that its system trusts.
    ///
    /// # Errors
    /// If the file cannot be read or holds no certificate, or if none is named and the system trusts nobody.
    pub fn read_authority(file: Option<&Path>) -> Result<Self> {
        let authority = file.map(read_trusted).transpose()?;
        let tls = Self { authority, identity: None };
        // Nothing is wrong with the file by now.
        let fault = |_| Error::new(ClusterFault::NoAuthority);
        tls.secure(&Endpoint::from_static("http://127.0.0.1:1")).map(|_| tls).map_err(fault)
    }

    /// Makes a service of a machine: others see its certificate.
    ///
    /// # Errors
    /// If a file cannot be read, the key is not the certificate's or needs a passphrase.
    pub fn with_identity(self, certificate: &Path, key: &Path) -> Result<Self> {
        let identity = (read_pem(certificate, CERTIFICATE)?, read_pem(key, KEY)?);
        if identity.1.contains(LOCKED) {
            return Err(bad(key, "it needs a passphrase".to_owned()));
        }
        let tls = Self { identity: Some(identity), ..self };
        Server::builder().tls_config(tls.server()).map_err(|error| bad(certificate, root_of(&error)))?;
        Ok(tls)
    }

    /// Returns an endpoint at the same place that encrypts.
    pub(super) fn secure(&self, endpoint: &Endpoint) -> std::result::Result<Endpoint, TransportError> {
        let place = endpoint.uri();
        let (host, port) = (place.host().unwrap_or_default(), place.port_u16().unwrap_or_default());
        let trust = ClientTlsConfig::new().timeout(HANDSHAKE_TIME).domain_name(host.trim_matches(['[', ']']));
        let trust = match &self.authority {
            Some(authority) => trust.ca_certificate(Certificate::from_pem(authority)),
            None => trust.with_native_roots(),
        };
        Endpoint::from_shared(format!("https://{host}:{port}"))?.tls_config(trust)
    }

    /// What a service shows.
    pub(super) fn server(&self) -> ServerTlsConfig {
        let config = ServerTlsConfig::new().timeout(HANDSHAKE_TIME);
        match &self.identity {
            Some((certificate, key)) => config.identity(Identity::from_pem(certificate, key)),
            None => config,
        }
    }
}

/// Tells whether who listens at `host:port` takes what is not encrypted for an error of TLS.
///
/// # Errors
/// If nobody is there, or says anything in time.
pub(super) async fn does_encrypt(place: &str) -> std::io::Result<bool> {
    let mut stream = timeout(CONNECT_TIME, TcpStream::connect(place)).await??;
    let asking = async {
        stream.write_all(GREETING).await?;
        let mut first = [0];
        stream.read_exact(&mut first).await?;
        std::io::Result::Ok(first == [ALERT])
    };
    // One that ends the connection may be beginning anew.
    Ok(timeout(CONNECT_TIME, asking).await?.unwrap_or(false))
}

/// Reads a file that is to hold something in PEM form.
fn read_pem(file: &Path, mark: &str) -> Result<String> {
    let shown = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|cause| unreadable(&shown, cause))?;
    let text = String::from_utf8(bytes).map_err(|_| bad(file, "it is not text".to_owned()))?;
    if !text.contains(mark) {
        return Err(bad(file, format!("`{mark}` is not in it")));
    }
    Ok(text)
}

/// Reads certificates that are trusted; one that is none would be passed over without a word later.
fn read_trusted(file: &Path) -> Result<String> {
    let text = read_pem(file, CERTIFICATE)?;
    let mut trusted = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
        let certificate = certificate.map_err(|error| bad(file, error.to_string()))?;
        trusted.add(certificate).map_err(|error| bad(file, error.to_string()))?;
    }
    Ok(text)
}

fn bad(file: &Path, problem: String) -> Error {
    Error::new(ClusterFault::BadCertificate { file: file.display().to_string(), problem })
}
