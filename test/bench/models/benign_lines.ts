import type { LineTypeName } from '@tidewatch/evasion';
import { Random } from '@tidewatch/forest';
import { kinds } from './benign_kinds.ts';
import { slots } from './benign_words.ts';

/** Lines of the other types, as people, programs and installers make them. */
const others = {
  powershell: [
    'Get-Service {service} | Where-Object Status -eq Running',
    'Get-ChildItem -Path {folder} -Filter *.log | Remove-Item -WhatIf',
    'Import-Module {plain}; Get-ADUser -Filter * -Properties mail | Export-Csv {folder}\\{plain}.csv',
    "$result = Invoke-RestMethod -Uri '{url}' -Method Get; $result.items.Count",
    'foreach ($name in $names) { Test-Connection $name -Count {d} -Quiet }',
    "Write-Output 'backup of {project} begun'; Compress-Archive -Path {folder} -DestinationPath {plain}.zip",
    'function Get-{word}Report { param([int]$Days = {n}) Get-EventLog System -Newest $Days }',
    "Set-ItemProperty -Path 'HKLM:\\SOFTWARE\\{product}' -Name Version -Value '{version}'",
    'New-Item -ItemType Directory -Path D:\\{word}\\{n} -Force | Out-Null',
    'try { Restart-Service {service} -ErrorAction Stop } catch { Write-Warning $_.Exception.Message }',
    'Get-CimInstance Win32_LogicalDisk | Select-Object DeviceID, FreeSpace',
    "Send-MailMessage -To '{user}@{domain}' -Subject '{word} {word}' -SmtpServer mail1",
    '$rows = Import-Csv {folder}\\{plain}.csv; $rows | Group-Object {word} | Sort-Object Count',
    'Start-Process msiexec -ArgumentList "/i {plain}.msi /qn" -Wait',
    'Invoke-WebRequest {url} -OutFile {folder}\\{plain}.zip; Expand-Archive {plain}.zip',
    'Get-Process {plain} | Stop-Process -Force; Start-Sleep -Seconds {n}',
    '[System.IO.File]::WriteAllText("{folder}\\{plain}.txt", (Get-Date).ToString())',
    'Invoke-Command -ComputerName {host} -ScriptBlock { Get-HotFix | Select-Object -Last {d} }',
  ],
  registry: [
    'HKLM\\SOFTWARE\\{product}\\Version',
    'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\{guid}\\DisplayName',
    'HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\{product}',
    'HKCU\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\RecentDocs\\.{word}',
    'HKU\\S-1-5-21-{n}{n}\\Software\\{product}\\Window\\{plain}',
    'HKLM\\System\\CurrentControlSet\\Services\\{service}\\Start',
    'HKLM\\System\\CurrentControlSet\\Services\\{plain}\\ImagePath',
    'HKLM\\System\\CurrentControlSet\\Control\\Session Manager\\PendingFileRenameOperations',
    'HKLM\\SOFTWARE\\Classes\\.{word}\\OpenWithProgids\\{plain}',
    'HKCR\\{plain}\\shell\\open\\command\\(Default)',
    'HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows\\WindowsUpdate\\AU\\{word}',
    'HKCU\\Software\\Microsoft\\Office\\16.0\\Word\\File MRU\\Item {n}',
    'HKCU\\Control Panel\\Desktop\\{word}',
    'HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\Schedule\\TaskCache\\Tree\\{product}\\Id',
    'HKLM\\System\\CurrentControlSet\\Enum\\USB\\VID_{n}&PID_{n}\\{hex}\\DeviceDesc',
    'HKLM\\SOFTWARE\\WOW6432Node\\{product}\\{plain}',
  ],
  proxy: [
    '{url}',
    'https://{domain}/{project}/{plain}?page={n}&sort={word}',
    'https://{domain}/static/{word}.{hex}.js',
    'https://cdn.{domain}/img/{plain}.png?v={version}',
    'http://{domain}/search?q={word}+{word}',
    'https://mail.{domain}/owa/?id={hex}{hex}',
    'https://{domain}/api/v{d}/users/{n}/orders?limit={n}',
    'http://updates.{domain}/{product}/{version}/setup.exe',
    'https://{domain}/docs/{name}.pdf',
    'https://{domain}/login?next=%2F{word}%2F{plain}',
    'https://{domain}/{plain}.php?id={n}',
    'http://{host}.{domain}:8080/{word}/status',
    'https://{domain}/wiki/{word}_{word}',
    'https://{domain}/cgi-bin/{word}.cgi?day={n}',
    'https://download.{domain}/{plain}-{version}.zip',
    'https://{domain}/fonts/{word}.woff2',
  ],
} satisfies Partial<Record<LineTypeName, readonly string[]>>;

const slot = /\{(\w+)\}/g;

/**
 * Lines of everyday work, by a seed; command lines are administrators', developers', installers', scripts', and what people start. They
 * differ from each other, and some use what attackers use as well.
 */
export function benignLines(count: number, seed: number, type: LineTypeName = 'process'): string[] {
  const random = new Random(seed);
  const pick = (of: readonly string[]): string => of[Math.floor(random.next() * of.length)] as string;
  const fill = (text: string): string =>
    text.replace(slot, (whole, name: string) =>
      slots[name] === undefined ? whole : fill(pick(slots[name])),
    );
  const names = Object.keys(kinds);
  const lines = new Set<string>();
  const shape = () => pick(type === 'process' ? (kinds[pick(names)] ?? []) : others[type]);
  while (lines.size < count) lines.add(fill(shape()));
  return [...lines];
}
