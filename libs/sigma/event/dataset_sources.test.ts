import type { JsonObject } from '@tidewatch/event';
import { describe, expect, it } from 'vitest';
import { matches, of } from '../field_table/matching.suite.ts';

const auditd = 'product: linux, service: auditd';
describe('routing by data sets', () => {
  const any = "x: 'y'";
  it.each<[logsource: string, event: JsonObject, expected: boolean]>([
    [
      'product: linux, category: process_creation',
      of('auditd.log', { x: 'y' }, { category: ['process'], type: ['start'] }),
      true,
    ],
    [
      'product: linux, category: process_creation',
      of('auditd.log', { x: 'y' }, { category: ['file'], type: ['change'] }),
      false,
    ],
    [
      'product: linux, category: process_creation',
      of('auditd.log', { x: 'y' }, { category: ['process'], type: ['end'] }),
      false,
    ],
    ['product: linux, category: process_creation', of('auditd.log', { x: 'y' }), true],
    ['product: linux, category: file_event', of('auditd.log', { x: 'y' }, { category: ['file'] }), true],
    ['product: linux, category: my_own', of('auditd.log', { x: 'y' }, { category: ['file'] }), true],
    [auditd, of('auditd.log', { x: 'y' }, { category: ['file'] }), true],
    ['category: process_creation', of('shop.hosts', { x: 'y' }, { category: ['network'] }), false],
    ['category: firewall', of('shop.hosts', { x: 'y' }, { category: ['network'] }), true],
    ['category: webserver', of('nginx.access', { x: 'y' }), true],
    ['category: webserver', of('nginx.error', { x: 'y' }), false],
    ['service: nginx', of('nginx.error', { x: 'y' }), true],
    ['product: linux', of('nginx.access', { x: 'y' }), false],
    ['category: proxy', of('squid.access', { x: 'y' }), true],
    ['category: proxy', of('zeek.http', { x: 'y' }), true],
    ['category: dns', of('suricata.dns', { x: 'y' }), true],
    ['category: dns', of('linux.dnsmasq', { x: 'y' }), true],
    ['category: dns', of('linux.sshd', { x: 'y' }), false],
    ['category: antivirus', of('linux.clamav', { x: 'y' }), true],
    ['category: webserver', of('tomcat.access', { x: 'y' }), true],
    ['category: database', of('postgresql.csvlog', { x: 'y' }), true],
    ['category: firewall', of('cisco.asa', { x: 'y' }), true],
    ['product: cisco, service: asa', of('cisco.asa', { x: 'y' }), true],
    ['product: cisco, service: aaa', of('cisco.asa', { x: 'y' }), false],
    ['category: firewall', of('panw.traffic', { x: 'y' }), true],
    ['category: firewall', of('fortinet.firewall', { x: 'y' }), true],
    ['product: fortigate, service: event', of('fortinet.firewall', { x: 'y' }), true],
    ['product: azure, service: pim', of('azure.unheard_of', { x: 'y' }), true],
    ['product: aws', of('azure.unheard_of', { x: 'y' }), false],
    ['product: gcp, service: google_workspace.admin', of('google_workspace.admin', { x: 'y' }), true],
    ['product: windows, category: webserver', of('iis.access', { x: 'y' }), true],
  ])('%s on %j: %s', (logsource, event, expected) => {
    expect(matches(logsource, any, event)).toBe(expected);
  });
});
