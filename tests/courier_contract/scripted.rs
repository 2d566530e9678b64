//! A broker that does exactly what a test says, packet by packet.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

pub(crate) const CONNECT: u8 = 0x10;
pub(crate) const PUBLISH: u8 = 0x30;
pub(crate) const SUBSCRIBE: u8 = 0x80;
pub(crate) const PINGREQ: u8 = 0xc0;
pub(crate) const DISCONNECT: u8 = 0xe0;

pub(crate) struct Scripted {
    pub(crate) port: u16,
    listener: TcpListener,
}

pub(crate) struct Client(TcpStream);

impl Scripted {
    pub(crate) async fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        Self { port: listener.local_addr().expect("bound").port(), listener }
    }

    /// Takes the next connection and its CONNECT.
    pub(crate) async fn client(&self) -> Client {
        let (stream, _) = self.listener.accept().await.expect("a connection");
        let mut client = Client(stream);
        assert_eq!(client.packet().await.expect("a packet").0, CONNECT);
        client
    }

    /// The same, welcomed and its subscription granted.
    pub(crate) async fn subscribed(&self) -> Client {
        let mut client = self.client().await;
        client.say(&[0x20, 2, 0, 0]).await;
        client.answer_subscription(1).await;
        client
    }
}

impl Client {
    /// Type (flags cut off) and body of the next packet; `None` when the line has ended.
    pub(crate) async fn packet(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.0.read_u8().await.ok()?;
        let (mut len, mut shift) = (0usize, 0);
        loop {
            let byte = self.0.read_u8().await.ok()?;
            len |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
        }
        let mut body = vec![0; len];
        self.0.read_exact(&mut body).await.ok()?;
        Some((first & 0xf0, body))
    }

    pub(crate) async fn say(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).await.expect("the client is there");
    }

    /// Answers the SUBSCRIBE for one filter: 0 to 2 grants that QoS, 128 refuses.
    pub(crate) async fn answer_subscription(&mut self, code: u8) {
        let (kind, body) = self.packet().await.expect("a packet");
        assert_eq!(kind, SUBSCRIBE);
        self.say(&[0x90, 3, body[0], body[1], code]).await;
    }

    /// A PUBLISH at QoS 1.
    pub(crate) async fn publish(&mut self, topic: &str, payload: &[u8]) {
        let mut body = (topic.len() as u16).to_be_bytes().to_vec();
        body.extend_from_slice(topic.as_bytes());
        body.extend_from_slice(&[0, 1]);
        body.extend_from_slice(payload);
        let mut packet = vec![0x32];
        let mut len = body.len();
        while len > 127 {
            packet.push((len & 0x7f) as u8 | 0x80);
            len >>= 7;
        }
        packet.push(len as u8);
        packet.extend_from_slice(&body);
        self.say(&packet).await;
    }
}
