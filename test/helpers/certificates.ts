import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "./program.ts";

/** A key with the certificate of an authority for it, as files. */
interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Certificates {
  /** The file of the authority that signed all of them. */
  readonly root: string;
  /** The file of another one, which signed none. */
  readonly strangeRoot: string;
  readonly forLocalhost: KeyPair;
  readonly forElsewhere: KeyPair;
  /** For localhost, until February 2020. */
  readonly expired: KeyPair;
}

/** Makes an authority and what it signs, as files of a folder. Throws where there is no openssl. */
export function makeCertificates(folder: string): Certificates {
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => {
    const { status, said } = run("openssl", args, { cwd: folder });
    if (status !== 0) throw new Error(`openssl ${args.join(" ")}: ${said}`);
  };
  const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const authority = (name: string) => {
    openssl(
      ...["req", "-x509", ...KEY, "-keyout", `${name}.key`, "-out", `${name}.crt`],
      ...["-days", "3650", "-subj", `/CN=${name}`],
    );
    return at(`${name}.crt`);
  };
  const signed = (name: string, host: string, from: string, until: string): KeyPair => {
    openssl("req", "-new", ...KEY, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${host}`);
    writeFileSync(at(`${name}.ext`), `subjectAltName = DNS:${host}\n`);
    openssl(
      ...["ca", "-batch", "-config", "ca.conf", "-in", `${name}.csr`, "-out", `${name}.crt`],
      ...["-startdate", from, "-enddate", until, "-extfile", `${name}.ext`],
    );
    return { cert: at(`${name}.crt`), key: at(`${name}.key`) };
  };
  writeFileSync(at("ca.conf"), CA_CONFIG);
  writeFileSync(at("index.txt"), "");
  const root = authority("root");
  const [now, later] = ["20200101000000Z", "20490101000000Z"];
  return {
    root,
    strangeRoot: authority("strange"),
    forLocalhost: signed("localhost", "localhost", now, later),
    forElsewhere: signed("elsewhere", "db.example.com", now, later),
    expired: signed("expired", "localhost", now, "20200201000000Z"),
  };
}

const CA_CONFIG = `[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
certificate = root.crt
private_key = root.key
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
`;
