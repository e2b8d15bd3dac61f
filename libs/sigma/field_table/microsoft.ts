import { every, type SourceEntry, valued } from './entry.ts';

const auditlogs = 'azure.auditlogs';
const signinlogs = 'azure.signinlogs';

/** A field of the vendor's, under its own name and under that of Elastic's integration. */
const both = (prefix: string, own: string): string[] => {
  const snake = own.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  return own === snake ? [`${prefix}.${own}`] : [`${prefix}.${own}`, `${prefix}.${snake}`];
};
const activity = [
  `${auditlogs}.properties.message`,
  ...both(auditlogs, 'operationName'),
  ...both(`${auditlogs}.properties`, 'activityDisplayName'),
  'event.action',
];
const operation = [...both(auditlogs, 'operationName'), 'event.action'];
const outcome = every(...both(auditlogs, 'properties.result'), ...both(auditlogs, 'properties.resultReason'));
const targets = `${auditlogs}.properties.targetResources`;
const result = [
  ...both(signinlogs, 'resultType'),
  `${signinlogs}.properties.status.errorCode`,
  `${signinlogs}.properties.status.error_code`,
];
const reason = [...both(signinlogs, 'resultDescription'), `${signinlogs}.properties.status.failureReason`];

/** Azure's logs, below `azure.<log>`, and Microsoft 365's, below `o365.audit`. */
export const microsoft: readonly SourceEntry[] = [
  {
    logsource: { product: 'azure', service: 'activitylogs' },
    datasets: ['azure.activitylogs'],
    namespaces: ['azure.activitylogs'],
    own: 'operationName category level resourceId properties.message',
    fields: {
      operationName: ['azure.activitylogs.operation_name', 'event.action'],
      OperationNameValue: [...both('azure.activitylogs', 'operationName'), 'event.action'],
      CategoryValue: ['azure.activitylogs.event_category', 'azure.activitylogs.category'],
      ResourceProviderValue: ['azure.activitylogs.resourceProviderValue', 'azure.resource.provider'],
      ResourceId: ['azure.resource.id', 'azure.activitylogs.resourceId'],
      'properties.message': ['azure.activitylogs.properties.message', 'event.action'],
    },
  },
  {
    logsource: { product: 'azure', service: 'auditlogs' },
    datasets: ['azure.auditlogs'],
    namespaces: ['azure.auditlogs'],
    own: 'operationName category properties.message properties.result properties.targetResources properties.initiatedBy',
    fields: {
      operationName: ['azure.auditlogs.operation_name', 'event.action'],
      OperationName: operation,
      ActivityDisplayName: both(`${auditlogs}.properties`, 'activityDisplayName'),
      ActivityType: operation,
      activityType: operation,
      Category: [`${auditlogs}.properties.category`, `${auditlogs}.category`],
      // Azure's own `category` is the kind of the log.
      category: { take: 'beside', paths: [`${auditlogs}.properties.category`] },
      LoggedByService: both(`${auditlogs}.properties`, 'loggedByService'),
      Status: outcome,
      'properties.message': activity,
      'properties.result': 'event.outcome',
      failure_status_reason: [
        ...both(`${auditlogs}.properties`, 'resultReason'),
        `${auditlogs}.properties.status.failureReason`,
      ],
      TargetResources: both(`${auditlogs}.properties`, 'targetResources'),
      Target: every(
        `${targets}.userPrincipalName`,
        `${targets}.displayName`,
        'user.target.email',
        'user.target.name',
      ),
      'targetResources.type': [`${targets}.type`],
      'TargetResources.modifiedProperties': [`${targets}.modifiedProperties`],
      'TargetResources.modifiedProperties.newValue': [`${targets}.modifiedProperties.newValue`],
      'TargetResources.ModifiedProperties.DisplayName': [`${targets}.modifiedProperties.displayName`],
      'TargetResources.ModifiedProperties.NewValue': [`${targets}.modifiedProperties.newValue`],
      'ConsentContext.IsAdminConsent': [`${auditlogs}.properties.consentContext.isAdminConsent`],
      'additionalDetails.additionalInfo': [`${auditlogs}.properties.additionalDetails.value`],
      Initiatedby: [`${auditlogs}.properties.initiatedBy.user.userPrincipalName`, 'user.email', 'user.name'],
      'Initiatied.By': [
        `${auditlogs}.properties.initiatedBy.user.userPrincipalName`,
        'user.email',
        'user.name',
      ],
    },
  },
  {
    logsource: { product: 'azure', service: 'signinlogs' },
    datasets: ['azure.signinlogs'],
    namespaces: ['azure.signinlogs'],
    own: 'resultType resultDescription callerIpAddress location operationName properties.appId properties.authenticationRequirement properties.deviceDetail.deviceId',
    fields: {
      resultType: result,
      ResultType: result,
      resultDescription: reason,
      ResultDescription: reason,
      Resultdescription: reason,
      Status: every(
        ...both(`${signinlogs}.properties.status`, 'additionalDetails'),
        ...reason,
        'event.outcome',
      ),
      AuthenticationRequirement: both(`${signinlogs}.properties`, 'authenticationRequirement'),
      conditionalAccessStatus: both(`${signinlogs}.properties`, 'conditionalAccessStatus'),
      ResourceDisplayName: both(`${signinlogs}.properties`, 'resourceDisplayName'),
      RiskState: both(`${signinlogs}.properties`, 'riskState'),
      ClientApp: both(`${signinlogs}.properties`, 'clientAppUsed'),
      NetworkLocationDetails: both(`${signinlogs}.properties`, 'networkLocationDetails'),
      'DeviceDetail.trusttype': [
        `${signinlogs}.properties.deviceDetail.trustType`,
        `${signinlogs}.properties.device_detail.trust_type`,
      ],
      'DeviceDetail.isCompliant': [
        `${signinlogs}.properties.deviceDetail.isCompliant`,
        `${signinlogs}.properties.device_detail.is_compliant`,
      ],
      'DeviceDetail.deviceId': [
        `${signinlogs}.properties.deviceDetail.deviceId`,
        `${signinlogs}.properties.device_detail.device_id`,
      ],
      Username: [...both(`${signinlogs}.properties`, 'userPrincipalName'), 'user.email', 'user.name'],
      userAgent: 'user_agent.original',
      callerIpAddress: 'source.ip',
      location: [`${signinlogs}.properties.location.countryOrRegion`, 'source.geo.country_iso_code'],
      homeTenantId: both(`${signinlogs}.properties`, 'homeTenantId'),
      resourceTenantId: both(`${signinlogs}.properties`, 'resourceTenantId'),
      ActivityDetails: [...both(signinlogs, 'operationName'), 'event.action'],
      'properties.message': valued(
        { devicecode: 'Device Code' },
        `${signinlogs}.properties.authenticationProtocol`,
        `${signinlogs}.properties.authentication_protocol`,
      ),
    },
  },
  {
    logsource: { product: 'azure', service: 'riskdetection' },
    datasets: ['azure.riskdetection', 'azure.identity_protection'],
    namespaces: ['azure.riskdetection', 'azure.identityprotection'],
    own: 'riskEventType',
    fields: {
      riskEventType: [
        'azure.riskdetection.properties.riskEventType',
        'azure.identityprotection.properties.risk_event_type',
      ],
    },
  },
  {
    logsource: { product: 'azure', service: 'pim' },
    datasets: ['azure.pim', 'azure.riskdetection'],
    namespaces: ['azure.pim', 'azure.riskdetection'],
    own: 'riskEventType',
    fields: {
      riskEventType: ['azure.pim.properties.riskEventType', 'azure.riskdetection.properties.riskEventType'],
    },
  },
  {
    logsource: { product: 'm365', service: 'audit' },
    datasets: ['o365.audit'],
    namespaces: ['o365.audit'],
    own: 'Operation Workload ApplicationId ResultStatus RequestType ObjectId Directionality DeliveryAction Parameters OperationProperties ClientIP UserId',
    fields: {
      Operation: 'event.action',
      Workload: 'event.provider',
      ResultStatus: 'event.outcome',
      ClientIP: 'source.ip',
      UserId: ['user.email', 'user.id'],
      RequestType: ['o365.audit.ExtendedProperties.RequestType', 'o365.audit.ExtendedProperties.Value'],
    },
  },
  ...(['exchange', 'threat_detection', 'threat_management'] as const).map(
    (service): SourceEntry => ({
      logsource: { product: 'm365', service },
      datasets: ['o365.audit'],
      namespaces: ['o365.audit'],
      own: 'Payload',
      fields: {
        eventSource: every('o365.audit.Source', 'o365.audit.Workload', 'event.provider'),
        eventName: every('o365.audit.Name', 'o365.audit.Operation', 'event.action'),
        status: ['event.outcome', 'o365.audit.ResultStatus'],
        Payload: 'o365.audit.Data',
      },
    }),
  ),
];
