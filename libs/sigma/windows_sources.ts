import type { WindowsAlternative, WindowsTable } from './logsources.ts';

const op = (provider: string): string => `Microsoft-Windows-${provider}/Operational`;

/** Channels of the Windows event log by Sigma's service. */
const services: Readonly<Record<string, readonly string[]>> = {
  application: ['Application'],
  'application-experience': [
    'Microsoft-Windows-Application-Experience/Program-Telemetry',
    'Microsoft-Windows-Application-Experience/Program-Compatibility-Assistant',
  ],
  applocker: ['MSI and Script', 'EXE and DLL', 'Packaged app-Deployment', 'Packaged app-Execution'].map(
    (log) => `Microsoft-Windows-AppLocker/${log}`,
  ),
  'appmodel-runtime': ['Microsoft-Windows-AppModel-Runtime/Admin'],
  'appxdeployment-server': [op('AppXDeploymentServer')],
  'appxpackaging-om': [op('AppxPackaging')],
  bitlocker: ['Microsoft-Windows-BitLocker/BitLocker Management'],
  'bits-client': [op('Bits-Client')],
  capi2: [op('CAPI2')],
  'certificateservicesclient-lifecycle-system': [op('CertificateServicesClient-Lifecycle-System')],
  'codeintegrity-operational': [op('CodeIntegrity')],
  dhcp: [op('DHCP-Server')],
  'diagnosis-scripted': [op('Diagnosis-Scripted')],
  'dns-client': [op('DNS Client Events'), op('DNS-Client')],
  'dns-server': ['DNS Server'],
  'dns-server-analytic': [
    'Microsoft-Windows-DNS-Server/Analytical',
    'Microsoft-Windows-DNSServer/Analytical',
  ],
  'dns-server-audit': ['Microsoft-Windows-DNS-Server/Audit', 'Microsoft-Windows-DNSServer/Audit'],
  'driver-framework': [op('DriverFrameworks-UserMode')],
  'firewall-as': ['Microsoft-Windows-Windows Firewall With Advanced Security/Firewall'],
  'hyper-v-worker': [
    'Microsoft-Windows-Hyper-V-Worker',
    'Microsoft-Windows-Hyper-V-Worker-Admin',
    op('Hyper-V-Worker'),
  ],
  'iis-configuration': ['Microsoft-IIS-Configuration/Operational'],
  'kernel-event-tracing': [
    'Microsoft-Windows-Kernel-EventTracing',
    'Microsoft-Windows-Kernel-EventTracing/Admin',
  ],
  'kernel-shimengine': [op('Kernel-ShimEngine'), 'Microsoft-Windows-Kernel-ShimEngine/Diagnostic'],
  ldap: ['Microsoft-Windows-LDAP-Client/Debug'],
  'lsa-server': [op('LSA')],
  'microsoft-servicebus-client': [
    'Microsoft-ServiceBus-Client/Admin',
    'Microsoft-ServiceBus-Client/Operational',
  ],
  'msexchange-management': ['MSExchange Management'],
  ntfs: [op('Ntfs')],
  ntlm: [op('NTLM')],
  openssh: ['OpenSSH/Operational'],
  powershell: [op('PowerShell'), 'PowerShellCore/Operational'],
  'powershell-classic': ['Windows PowerShell'],
  'printservice-admin': ['Microsoft-Windows-PrintService/Admin'],
  'printservice-operational': [op('PrintService')],
  security: ['Security'],
  'security-mitigations': ['Kernel Mode', 'User Mode'].map(
    (log) => `Microsoft-Windows-Security-Mitigations/${log}`,
  ),
  sense: [op('SENSE')],
  'servicebus-client': ['Microsoft-ServiceBus-Client/Admin', 'Microsoft-ServiceBus-Client/Operational'],
  'shell-core': [op('Shell-Core')],
  'smbclient-connectivity': ['Microsoft-Windows-SmbClient/Connectivity'],
  'smbclient-security': ['Microsoft-Windows-SmbClient/Security'],
  'smbserver-connectivity': ['Microsoft-Windows-SMBServer/Connectivity'],
  sysmon: [op('Sysmon'), 'Linux-Sysmon/Operational'],
  system: ['System'],
  taskscheduler: [op('TaskScheduler')],
  'terminalservices-localsessionmanager': [op('TerminalServices-LocalSessionManager')],
  vhdmp: [op('VHDMP')],
  windefend: [op('Windows Defender')],
  wmi: [op('WMI-Activity')],
};

const sysmon = (...eventIds: number[]) =>
  eventIds.map((id) => ({ service: 'sysmon', eventIds: [String(id)] }));
const registryKey = (eventType: string) => ({ service: 'sysmon', eventIds: ['12'], eventType });
const log = (service: string, ...eventIds: number[]) => [{ service, eventIds: eventIds.map(String) }];
const kernelFile = [{ provider: 'Microsoft-Windows-Kernel-File' }];

/**
 * What Windows events Sigma's log sources mean: facts of the specification's taxonomy appendix (2.1.0), of Sysmon's
 * manifest and of Microsoft's documentation (Defender's event ids that name a threat or a path).
 */
export const windowsTable: WindowsTable = {
  services: new Map(Object.entries(services)),
  categories: new Map<string, readonly WindowsAlternative[]>([
    [
      'process_creation',
      [
        ...sysmon(1),
        {
          service: 'security',
          eventIds: ['4688'],
          fields: [
            ['NewProcessName', 'Image'],
            ['ParentProcessName', 'ParentImage'],
          ] as const,
        },
      ],
    ],
    ['file_change', sysmon(2)],
    ['network_connection', sysmon(3)],
    ['sysmon_status', sysmon(4, 16)],
    ['process_termination', sysmon(5)],
    ['driver_load', sysmon(6)],
    ['image_load', sysmon(7)],
    ['create_remote_thread', sysmon(8)],
    ['raw_access_thread', sysmon(9)],
    ['process_access', sysmon(10)],
    ['file_event', sysmon(11)],
    ['registry_event', sysmon(12, 13, 14)],
    ['registry_add', [registryKey('CreateKey')]],
    ['registry_delete', [registryKey('DeleteKey'), registryKey('DeleteValue')]],
    ['registry_set', sysmon(13)],
    ['registry_rename', sysmon(14)],
    ['create_stream_hash', sysmon(15)],
    ['pipe_created', sysmon(17, 18)],
    ['wmi_event', sysmon(19, 20, 21)],
    ['dns_query', sysmon(22)],
    ['file_delete', sysmon(23)],
    ['clipboard_capture', sysmon(24)],
    ['clipboard_change', sysmon(24)],
    ['process_tampering', sysmon(25)],
    ['file_delete_detected', sysmon(26)],
    ['file_block_executable', sysmon(27)],
    ['file_block_shredding', sysmon(28)],
    ['file_executable_detected', sysmon(29)],
    ['sysmon_error', sysmon(255)],
    ['file_access', kernelFile],
    ['file_rename', kernelFile],
    ['ps_module', log('powershell', 4103)],
    ['ps_script', log('powershell', 4104)],
    ['ps_classic_start', log('powershell-classic', 400)],
    ['ps_classic_provider_start', log('powershell-classic', 600)],
    ['ps_classic_script', log('powershell-classic', 800)],
    [
      'antivirus',
      [
        {
          service: 'windefend',
          eventIds: [
            '1006',
            '1007',
            '1008',
            '1009',
            '1010',
            '1011',
            '1012',
            '1017',
            '1018',
            '1019',
            '1115',
            '1116',
          ],
          fields: [
            ['ThreatName', 'Signature'],
            ['Path', 'Filename'],
          ] as const,
        },
      ],
    ],
  ]),
};

/** Logs of other products that come through the Windows event log, or are written in its form. */
export function productsOf(channel: string | null): ReadonlySet<string> {
  if (channel === 'linux-sysmon/operational') return new Set(['linux']);
  return new Set(channel === 'rpcfw' ? ['windows', 'rpc_firewall'] : ['windows']);
}
