import {
  address,
  addresses,
  fileHash,
  lowerText,
  mac,
  number,
  oneOf,
  type Place,
  text,
  time,
  transport,
} from './extension.ts';

const outcomes = {
  ...{ success: 'success', successful: 'success', succeeded: 'success', allowed: 'success' },
  ...{ failure: 'failure', failed: 'failure', fail: 'failure', denied: 'failure', unknown: 'unknown' },
};

/**
 * Where ECS has what stands under a key of CEF (Common Event Format, implementation standard 26, “Extension Dictionary”).
 * Keys that have no place there stay under `cef.extensions`.
 */
export const cefDictionary: Readonly<Record<string, Place>> = {
  act: text('event.action'),
  app: lowerText('network.protocol'),
  in: number('source.bytes'),
  out: number('destination.bytes'),
  src: text('source.address'),
  shost: text('source.domain'),
  smac: mac('source.mac'),
  spt: number('source.port'),
  suser: text('source.user.name'),
  suid: text('source.user.id'),
  sntdom: text('source.user.domain'),
  sourceTranslatedAddress: address('source.nat.ip'),
  sourceTranslatedPort: number('source.nat.port'),
  sproc: text('process.name'),
  spid: number('process.pid'),
  dst: text('destination.address'),
  dhost: text('destination.domain'),
  dmac: mac('destination.mac'),
  dpt: number('destination.port'),
  duser: text('destination.user.name'),
  duid: text('destination.user.id'),
  dntdom: text('destination.user.domain'),
  destinationTranslatedAddress: address('destination.nat.ip'),
  destinationTranslatedPort: number('destination.nat.port'),
  destinationServiceName: text('service.name'),
  dvc: addresses('observer.ip'),
  dvchost: text('observer.hostname'),
  dvcmac: mac('observer.mac'),
  deviceExternalId: text('observer.serial_number'),
  deviceInboundInterface: text('observer.ingress.interface.name'),
  deviceOutboundInterface: text('observer.egress.interface.name'),
  deviceProcessName: text('process.name'),
  dvcpid: number('process.pid'),
  deviceDirection: oneOf('network.direction', {
    ...{ 0: 'inbound', 1: 'outbound', inbound: 'inbound', outbound: 'outbound' },
  }),
  dtz: text('event.timezone'),
  rt: time('@timestamp'),
  start: time('event.start'),
  end: time('event.end'),
  fname: text('file.name'),
  filePath: text('file.path'),
  fsize: number('file.size'),
  fileHash,
  fileId: text('file.inode'),
  fileType: text('file.type'),
  fileCreateTime: time('file.created'),
  fileModificationTime: time('file.mtime'),
  msg: text('message'),
  outcome: oneOf('event.outcome', outcomes),
  proto: transport,
  reason: text('event.reason'),
  request: text('url.original'),
  requestMethod: text('http.request.method'),
  requestClientApplication: text('user_agent.original'),
  requestContext: text('http.request.referrer'),
};

/** Keys whose value has its name in another one: `cs1=42 cs1Label=Rule`. */
export const labelledKey =
  /^(?:cs[1-6]|cn[1-3]|cfp[1-4]|c6a[1-4]|flexString[12]|flexNumber[12]|flexDate1|deviceCustomDate[12])$/;
