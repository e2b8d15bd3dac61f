import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Writes certificates for tests into a folder, each as `<name>.crt` and `<name>.key`: `server` (for localhost and
 * 127.0.0.1) and `client` (CN `edge-7`) of the authority `ca`, `other` of nobody, and `ended.crt` of the server's key.
 */
export function createCertificates(directory: string): void {
  const at = (name: string) => join(directory, name);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const request = (name: string, subject: string, ...more: string[]) =>
    openssl(
      ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', subject],
      ...['-keyout', at(`${name}.key`), ...more],
    );
  const alone = (name: string, subject: string) =>
    request(name, subject, '-x509', '-days', '2', '-out', at(`${name}.crt`));
  const signed = (name: string, subject: string) => {
    const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    request(name, subject, '-out', at(`${name}.csr`), ...names);
    openssl(
      ...['x509', '-req', '-in', at(`${name}.csr`), '-CA', at('ca.crt'), '-CAkey', at('ca.key')],
      ...['-CAcreateserial', '-copy_extensions', 'copy', '-days', '2', '-out', at(`${name}.crt`)],
    );
  };
  alone('ca', '/CN=Test authority');
  signed('server', '/CN=server');
  signed('client', '/O=Test/CN=edge-7');
  alone('other', '/CN=other');
  // A day before it began is long enough for any clock.
  openssl(
    'x509',
    '-in',
    at('server.csr'),
    '-req',
    '-signkey',
    at('server.key'),
    '-days',
    '-1',
    '-out',
    at('ended.crt'),
  );
}
