//! schemathesis at a contract.

use rig::http::request;
use rig::town::PASSWORD;
use serde_json::Value;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// schemathesis and all that it needs, each as it was tried.
const PACKAGES: [&str; 27] = [
    "schemathesis==4.32.5",
    "anyio==4.16.0",
    "certifi==2026.10.19.post1",
    "charset-normalizer==3.5.3",
    "click==8.5.1",
    "graphql-core==3.3.2",
    "harfile==0.6.0",
    "hypothesis==6.170.17",
    "hypothesis-graphql==0.13.5",
    "idna==3.20",
    "iniconfig==2.3.1",
    "jsonschema_rs==0.60.3",
    "markdown-it-py==4.3.0",
    "MarkupSafe==3.0.4",
    "mdurl==0.1.2",
    "packaging==26.4",
    "pluggy==1.7.0",
    "Pygments==2.21.0",
    "pyrate-limiter==4.5.1",
    "pytest==9.2.0",
    "PyYAML==6.0.4",
    "requests==2.34.2",
    "rich==15.0.0",
    "sortedcontainers==2.4.0",
    "typing_extensions==4.16.0",
    "urllib3==2.8.0",
    "Werkzeug==3.1.9",
];
/// What requests are made up from, unless `OUTPOST_CONTRACT_SEED` says otherwise.
const SEED: &str = "20261120";

/// A contract that somebody holds a program to.
pub struct Trial {
    /// `box` or `desk`.
    role: &'static str,
    at: SocketAddr,
    /// Who asks.
    asker: &'static str,
    imports: [String; 2],
}

/// What came of it.
pub struct Said {
    pub passed: bool,
    pub text: String,
}

/// The contract that is served.
pub fn served(at: SocketAddr) -> Value {
    request(at, "GET /api/openapi.json", &[], b"").well()
}

impl Trial {
    pub fn new(role: &'static str, at: SocketAddr, asker: &'static str) -> Self {
        Self { role, at, asker, imports: Default::default() }
    }

    /// Most questions about imports are about these.
    pub fn with_imports(self, imports: [String; 2]) -> Self {
        Self { imports, ..self }
    }

    /// Nothing is found at the contract that is served.
    pub fn passes(&self, args: &[&str]) {
        let said = self.of(&served(self.at), args);
        println!("{}", said.text);
        assert!(said.passed, "the {} at {} and its contract disagree; above is how", self.role, self.at);
    }

    /// Tries a contract with these arguments more.
    pub fn of(&self, contract: &Value, args: &[&str]) -> Said {
        let dir = tempfile::tempdir().unwrap();
        let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract");
        let (file, settings) = (dir.path().join("openapi.json"), dir.path().join("schemathesis.toml"));
        std::fs::write(&file, contract.to_string()).unwrap();
        let text = std::fs::read_to_string(here.join("schemathesis.toml")).unwrap();
        let [taken, open] = &self.imports;
        std::fs::write(&settings, text.replace("IMPORT-TAKEN", taken).replace("IMPORT-OPEN", open)).unwrap();
        let seed = std::env::var("OUTPOST_CONTRACT_SEED").unwrap_or_else(|_| SEED.into());
        let installed = Path::new(env!("CARGO_TARGET_TMPDIR")).join("schemathesis");
        let output = Command::new(rig::packages::python(&installed, &PACKAGES))
            .args(["-m", "schemathesis.cli", "--config-file"])
            .arg(settings)
            .arg("run")
            .arg(file)
            .args(["--url", &format!("http://{}", self.at), "--seed", &seed, "--no-color"])
            .args(args)
            .current_dir(dir.path())
            .envs([
                ("AT", self.role),
                ("ASKER", self.asker),
                ("ASKER_PASSWORD", PASSWORD),
                ("IMPORTS", &self.imports.join(",")),
            ])
            .envs([("HOOKS", here.join("hooks.py").as_os_str()), ("PYTHONDONTWRITEBYTECODE", "1".as_ref())])
            .output()
            .unwrap();
        let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
        Said { passed: output.status.success(), text: format!("{out}{err}") }
    }
}
