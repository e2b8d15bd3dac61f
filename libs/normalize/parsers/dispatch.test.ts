import { describe, expect, it } from 'vitest';
import { ownTime } from '../../../test/own_time.ts';
import { normalised } from '../normalised.suite.ts';
import { createDispatch } from './dispatch.ts';
import { readParser } from './load.ts';

const parser = (name: string, match: string, processors = '[{ set: { labels: { read: by } } }]') => {
  const read = readParser(
    `name: ${name}\ntitle: Test\nmatch: ${match}\nprocessors: ${processors}\n`,
    `${name}.yml`,
    {},
  );
  if ('issues' in read) throw new Error(JSON.stringify(read.issues));
  return read;
};
const of = (...parsers: ReturnType<typeof parser>[]) => {
  const dispatch = createDispatch(parsers);
  return { parsers: () => dispatch };
};
const datasetOf = (
  line: string | Record<string, never>,
  options: ReturnType<typeof of>,
  hints = {},
): string => normalised(line as string, 'auto', hints, options).event.dataset;

describe('a line', () => {
  it('that names a parser thousands of times asks it once', () => {
    const options = of(parser('app.one', '{ contains: [absent, "LOG:"] }'));
    const line = 'LOG: '.repeat(13_000);
    datasetOf(line, options);
    const before = ownTime();
    expect(datasetOf(line, options)).toBe('app.one');
    expect(ownTime() - before).toBeLessThan(50);
  });

  it('belongs to the parser that asks for its program', () => {
    const options = of(parser('app.one', '{ program: one }'), parser('app.two', '{ program: two }'));
    expect(datasetOf('<38>Nov 21 09:08:01 web1 Two[7]: hello', options)).toBe('app.two');
    expect(datasetOf('<38>Nov 21 09:08:01 web1 three[7]: hello', options)).toBe('linux.syslog');
  });

  it('belongs to a parser of a user rather than to one that is compiled in', () => {
    const line = '<38>Nov 21 09:08:01 web1 sshd[1]: Accepted password for a from 192.0.2.1 port 1 ssh2';
    expect(datasetOf(line, of(parser('my.sshd', '{ program: sshd }')))).toBe('my.sshd');
    expect(datasetOf(line, of(parser('my.other', '{ program: other }')))).toBe('linux.sshd');
  });

  it('belongs to the parser whose text it has, behind a syslog header as without', () => {
    const options = of(
      parser('fw.asa', '{ contains: "%ASA-" }'),
      parser('fw.cef', '{ starts_with: "CEF:" }'),
    );
    expect(datasetOf('<166>Nov 21 09:08:01 fw1 : %ASA-6-302013: Built', options)).toBe('fw.asa');
    expect(datasetOf('CEF:0|a|b', options)).toBe('fw.cef');
    expect(datasetOf('<166>Nov 21 09:08:01 fw1 CEF:0|a|b', options)).toBe('fw.cef');
    expect(datasetOf('not at the beginning CEF:0|a|b', options)).toBe('generic.text');
  });

  it('must have all that is asked of it', () => {
    const options = of(parser('a.b', '{ program: app, contains: "user=", source: "edge-*" }'));
    const line = '<38>Nov 21 09:08:01 web1 app: user=1';
    expect(datasetOf(line, options)).toBe('linux.syslog');
    expect(datasetOf(line, options, { dataset: 'edge-1' })).toBe('a.b');
  });

  it('belongs to the parser that its file is given to', () => {
    const options = of(parser('zeek.conn', '{ path: "*/conn.log" }'));
    expect(datasetOf('1\tC1', options, { path: '/opt/zeek/logs/current/conn.log' })).toBe('zeek.conn');
    expect(datasetOf('1\tC1', options, { path: '/opt/zeek/logs/current/dns.log' })).toBe('generic.text');
    expect(datasetOf('1\tC1', options)).toBe('generic.text');
  });

  it('goes to the parser that its source is given to, whatever it looks like', () => {
    const options = of(parser('mine.lines', '{ source: test }'));
    expect(datasetOf('anything', options)).toBe('mine.lines');
    expect(datasetOf('<38>Nov 21 09:08:01 web1 sshd[1]: x', options)).toBe('mine.lines');
  });

  it('goes to the parser that its source is given to rather than to one whose text it has', () => {
    const options = of(parser('a.shape', '{ contains: "user=" }'), parser('b.named', '{ source: named }'));
    expect(datasetOf('user=alice', options, { dataset: 'named' })).toBe('b.named');
    expect(datasetOf('user=alice', options)).toBe('a.shape');
  });

  it('that one parser cannot read is offered to the next, and kept with what was understood where none can', () => {
    const first = parser(
      'a.first',
      '{ contains: "user=" }',
      '[{ dissect: "user=%{user.name} id=%{user.id}" }]',
    );
    const second = parser('a.second', '{ contains: "user=" }', '[{ dissect: "user=%{user.name}" }]');
    expect(datasetOf('user=alice', of(first, second))).toBe('a.second');
    const event = normalised('user=alice', 'auto', {}, of(first));
    expect(event.event.dataset).toBe('a.first');
    expect(event.tags).toContain('parser_failed');
    expect(event.error).toEqual({ message: 'pattern_mismatch: message has another shape' });
    expect(event.message).toBe('user=alice');
    expect(first.figures).toMatchObject({ records: 2, failures: 2 });
  });
});

describe('a document', () => {
  it('belongs to the parser whose members it has, and stands under its namespace', () => {
    const options = of(
      parser('k8s.audit', '{ fields: { kind: Event, "objectRef.resource": null } }'),
      parser('k8s.other', '{ fields: { kind: Other } }'),
    );
    const hints = { path: '/var/log/audit.json' };
    const event = normalised({ kind: 'Event', objectRef: { resource: 'pods' } }, 'auto', hints, options);
    expect(event.log).toEqual({ file: { path: '/var/log/audit.json' } });
    expect(event.event.dataset).toBe('k8s.audit');
    expect(event.k8s).toEqual({ kind: 'Event', objectRef: { resource: 'pods' } });
    expect(normalised({ kind: 'Event' }, 'auto', {}, options).event.dataset).toBe('generic.json');
  });

  it('is matched with its dotted names as with nested ones', () => {
    const options = of(parser('zeek.conn', '{ fields: { "id.orig_h": null } }'));
    const event = normalised({ 'id.orig_h': '192.0.2.1' }, 'auto', {}, options);
    expect(event.zeek).toEqual({ id: { orig_h: '192.0.2.1' } });
  });

  it('is what it was for the parser that is asked after another failed', () => {
    const changes = '[{ set: { a.x: 2 } }, { dissect: { field: a.none, pattern: "%{user.name}" } }]';
    const options = of(
      parser('a.first', '{ fields: { x: null } }', changes),
      parser('a.second', '{ fields: { x: null } }'),
    );
    expect(normalised({ x: 1 }, 'auto', {}, options).a).toEqual({ x: 1 });
  });
});
