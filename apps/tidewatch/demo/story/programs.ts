/** A program of the office, as its users start it. `{user}` and `{n}` are filled in. */
export interface OfficeProgram {
  readonly image: string;
  readonly commandLine: string;
  readonly parent: string;
  /** Whether it talks to sites. */
  readonly sites?: true;
  /** A file it writes. */
  readonly writes?: string;
}

const explorer = 'C:\\Windows\\explorer.exe';
const office = 'C:\\Program Files\\Microsoft Office\\root\\Office16';
const documents = 'C:\\Users\\{user}\\Documents';
const services = 'C:\\Windows\\System32\\services.exe';
const svchost = 'C:\\Windows\\System32\\svchost.exe';
const system32 = 'C:\\Windows\\System32';
const powershell = `${system32}\\WindowsPowerShell\\v1.0\\powershell.exe`;

export const programs: readonly OfficeProgram[] = [
  {
    image: `${office}\\WINWORD.EXE`,
    commandLine: `"${office}\\WINWORD.EXE" /n "${documents}\\letter-{n}.docx"`,
    parent: explorer,
    writes: `${documents}\\letter-{n}.docx`,
  },
  {
    image: `${office}\\EXCEL.EXE`,
    commandLine: `"${office}\\EXCEL.EXE" "${documents}\\berth-fees-{n}.xlsx"`,
    parent: explorer,
    writes: `${documents}\\~$berth-fees-{n}.xlsx`,
  },
  {
    image: `${office}\\OUTLOOK.EXE`,
    commandLine: `"${office}\\OUTLOOK.EXE" /recycle`,
    parent: explorer,
    sites: true,
  },
  {
    image: 'C:\\Program Files\\Browser\\browser.exe',
    commandLine:
      '"C:\\Program Files\\Browser\\browser.exe" --type=renderer --lang=en-GB --device-scale-factor=1',
    parent: 'C:\\Program Files\\Browser\\browser.exe',
    sites: true,
    writes: 'C:\\Users\\{user}\\Downloads\\tariff-{n}.pdf',
  },
  {
    image: 'C:\\Program Files\\Video Meetings\\meetings.exe',
    commandLine: '"C:\\Program Files\\Video Meetings\\meetings.exe" --minimised',
    parent: explorer,
    sites: true,
  },
  {
    image: 'C:\\Program Files\\PDF Reader\\reader.exe',
    commandLine:
      '"C:\\Program Files\\PDF Reader\\reader.exe" "C:\\Users\\{user}\\Downloads\\invoice-{n}.pdf"',
    parent: explorer,
  },
  {
    image: `${system32}\\notepad.exe`,
    commandLine: `"${system32}\\notepad.exe" ${documents}\\notes.txt`,
    parent: explorer,
    writes: `${documents}\\notes.txt`,
  },
  { image: `${system32}\\mstsc.exe`, commandLine: `"${system32}\\mstsc.exe" /v:APP01`, parent: explorer },
  {
    image: `${system32}\\cmd.exe`,
    commandLine: `${system32}\\cmd.exe /c net use S: \\\\FILE01\\shared`,
    parent: `${system32}\\userinit.exe`,
  },
  {
    image: `${system32}\\splwow64.exe`,
    commandLine: `${system32}\\splwow64.exe 12288`,
    parent: `${office}\\WINWORD.EXE`,
  },
];

/** What the machines run by themselves. */
export const scheduledPrograms: readonly {
  readonly image: string;
  readonly commandLine: string;
  readonly parent: string;
}[] = [
  { image: svchost, commandLine: `${svchost} -k netsvcs -p -s Schedule`, parent: services },
  { image: `${system32}\\taskhostw.exe`, commandLine: 'taskhostw.exe Install $(Arg0)', parent: svchost },
  {
    image: `${system32}\\wbem\\WmiPrvSE.exe`,
    commandLine: `${system32}\\wbem\\wmiprvse.exe -secured -Embedding`,
    parent: svchost,
  },
  {
    image: `${system32}\\SearchProtocolHost.exe`,
    commandLine: `"${system32}\\SearchProtocolHost.exe" Global\\UsGthrFltPipe`,
    parent: `${system32}\\SearchIndexer.exe`,
  },
  {
    image: powershell,
    commandLine:
      'powershell.exe -NonInteractive -ExecutionPolicy RemoteSigned -File C:\\ProgramData\\Harbour\\inventory.ps1',
    parent: svchost,
  },
  {
    image: `${system32}\\reg.exe`,
    commandLine: 'reg.exe query HKLM\\SOFTWARE\\Harbour\\Inventory /v LastRun',
    parent: powershell,
  },
  {
    image: `${system32}\\schtasks.exe`,
    commandLine: 'schtasks.exe /query /fo LIST /tn Inventory',
    parent: powershell,
  },
  {
    image: 'C:\\Program Files\\Backup Agent\\agent.exe',
    commandLine: '"C:\\Program Files\\Backup Agent\\agent.exe" --incremental --target FILE01',
    parent: services,
  },
  {
    image: `${system32}\\rundll32.exe`,
    commandLine: `${system32}\\rundll32.exe ${system32}\\pcasvc.dll,PcaPatchSdbTask`,
    parent: svchost,
  },
];
