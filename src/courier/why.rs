//! What cut a road, in words that say what to do.

/// Why a road is cut. The text is for the person in front of `outpost status`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// Nothing answers at the broker's address.
    #[error("nothing answers at {address} ({detail}): check the modem, the SIM, and that the broker runs")]
    Unreachable {
        /// host:port as configured.
        address: String,
        /// What the system said.
        detail: String,
    },
    /// Connecting took too long.
    #[error("{address} does not answer in time: the line is very slow or something in between swallows packets")]
    TimedOut {
        /// host:port as configured.
        address: String,
    },
    /// The TLS handshake failed: not the broker we trust, or not trusted yet.
    #[error("{address} cannot be trusted ({detail}): check the CA file, the host name, and this machine's clock")]
    NotTrusted {
        /// host:port as configured.
        address: String,
        /// What TLS said.
        detail: String,
    },
    /// The broker refused the login.
    #[error("the broker at {address} refuses the login ({detail}): check user and password there and here")]
    LoginRefused {
        /// host:port as configured.
        address: String,
        /// The CONNACK's code.
        detail: String,
    },
    /// The broker refused the subscription.
    #[error("the broker refuses to let this login read {topics}: grant it there")]
    SubscriptionRefused {
        /// The filters asked for.
        topics: String,
    },
    /// The broker is there but no longer answers pings, acks or writes.
    #[error("the broker has stopped answering ({detail}): the line is probably dead")]
    Silent {
        /// Which answer is missing.
        detail: String,
    },
    /// A packet came that is larger than any envelope.
    #[error("the broker sends a packet larger than an envelope may be: look for a retained message on op/#")]
    TooLargePacket,
    /// An established connection ended.
    #[error("the connection was lost ({detail})")]
    Lost {
        /// What the system said.
        detail: String,
    },
    /// This end stays off the road until it is told otherwise.
    #[error("it stays off the line: the office does not take this box's key")]
    Resting,
    /// Cut on purpose, by a test or by shutting down.
    #[error("closed here")]
    Closed,
}
