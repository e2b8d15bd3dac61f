import type { SourceEntry } from './entry.ts';

/** Services of Amazon, Google and Kubernetes; documents stand below the namespace as the vendor writes them. */
export const cloud: readonly SourceEntry[] = [
  {
    logsource: { product: 'aws', service: 'cloudtrail' },
    datasets: ['aws.cloudtrail'],
    namespaces: ['aws.cloudtrail'],
    own:
      'additionalEventData.MFAUsed errorCode errorMessage eventName eventSource eventType requestParameters ' +
      'requestParameters.attribute requestParameters.containerDefinitions.command requestParameters.enable ' +
      'requestParameters.layers requestParameters.userName responseElements responseElements.ConsoleLogin ' +
      'responseElements.pendingModifiedValues.masterUserPassword responseElements.publiclyAccessible ' +
      'sourceIPAddress userAgent userIdentity.arn userIdentity.type ' +
      'userIdentity.sessionContext.sessionIssuer.type',
    fields: {
      eventName: 'event.action',
      eventSource: 'event.provider',
      eventType: 'aws.cloudtrail.event_type',
      errorCode: 'aws.cloudtrail.error_code',
      errorMessage: 'aws.cloudtrail.error_message',
      sourceIPAddress: ['source.ip', 'source.address'],
      userAgent: 'user_agent.original',
      awsRegion: 'cloud.region',
      recipientAccountId: 'cloud.account.id',
      requestParameters: 'aws.cloudtrail.request_parameters',
      responseElements: 'aws.cloudtrail.response_elements',
      status: 'event.outcome',
      'userIdentity.arn': 'aws.cloudtrail.user_identity.arn',
      'userIdentity.type': 'aws.cloudtrail.user_identity.type',
      'userIdentity.userName': 'user.name',
      'userIdentity.sessionContext.sessionIssuer.type':
        'aws.cloudtrail.user_identity.session_context.session_issuer.type',
      'additionalEventData.MFAUsed': 'aws.cloudtrail.console_login.additional_eventdata.mfa_used',
      'responseElements.ConsoleLogin': 'event.outcome',
    },
  },
  {
    logsource: { product: 'gcp', service: 'gcp.audit' },
    datasets: ['gcp.audit'],
    namespaces: ['gcp.audit'],
    own: 'method_name service_name',
    fields: {
      'gcp.audit.method_name': ['gcp.audit.methodName', 'gcp.audit.protoPayload.methodName', 'event.action'],
      'data.protoPayload.methodName': [
        'event.action',
        'gcp.audit.methodName',
        'gcp.audit.protoPayload.methodName',
      ],
      'data.protoPayload.serviceName': [
        'gcp.audit.service_name',
        'gcp.audit.serviceName',
        'gcp.audit.protoPayload.serviceName',
        'event.provider',
      ],
      'data.protoPayload.authorizationInfo.permission': [
        'gcp.audit.authorization_info.permission',
        'gcp.audit.authorizationInfo.permission',
        'gcp.audit.protoPayload.authorizationInfo.permission',
      ],
      'data.protoPayload.authorizationInfo.granted': [
        'gcp.audit.authorization_info.granted',
        'gcp.audit.authorizationInfo.granted',
        'gcp.audit.protoPayload.authorizationInfo.granted',
      ],
      'data.protoPayload.resource.type': ['gcp.audit.resource.type'],
      'data.protoPayload.logName': ['log.logger', 'gcp.audit.logName'],
    },
  },
  {
    logsource: { product: 'gcp', service: 'google_workspace.admin' },
    // Also as Cloud Logging has them, where they are shared with it.
    datasets: ['google_workspace.admin', 'gcp.audit'],
    namespaces: ['google_workspace.admin', 'gcp.audit'],
    own: 'eventService eventName setting_name new_value',
    fields: {
      eventService: {
        take: 'first',
        paths: ['event.provider'],
        values: { admin: 'admin.googleapis.com' },
      },
      eventName: ['gcp.audit.protoPayload.metadata.event.eventName', 'event.action'],
      setting_name: ['google_workspace.admin.setting.name', 'google_workspace.admin.SETTING_NAME'],
      new_value: ['google_workspace.admin.new_value', 'google_workspace.admin.NEW_VALUE'],
      old_value: ['google_workspace.admin.old_value', 'google_workspace.admin.OLD_VALUE'],
    },
  },
  {
    logsource: { product: 'gcp', service: 'google_workspace.login' },
    datasets: ['google_workspace.login', 'gcp.audit'],
    namespaces: ['google_workspace.login', 'gcp.audit'],
    own: 'protoPayload.metadata.event.eventName protoPayload.serviceName',
    fields: {
      'protoPayload.metadata.event.eventName': 'event.action',
      'protoPayload.serviceName': {
        take: 'first',
        paths: ['event.provider'],
        values: { login: 'login.googleapis.com' },
      },
      'protoPayload.Servicename': {
        take: 'first',
        paths: ['event.provider'],
        values: { login: 'login.googleapis.com' },
      },
    },
  },
  {
    logsource: { product: 'kubernetes', service: 'audit' },
    datasets: ['kubernetes.audit', 'kubernetes.audit_logs'],
    namespaces: ['kubernetes.audit'],
    own:
      'verb objectRef.resource objectRef.apiGroup objectRef.subresource objectRef.namespace objectRef.name ' +
      'responseStatus.code requestURI userAgent user.username sourceIPs stage level',
    fields: {
      verb: 'event.action',
      apiGroup: 'kubernetes.audit.objectRef.apiGroup',
      requestURI: 'url.original',
      userAgent: 'user_agent.original',
      'responseStatus.code': 'http.response.status_code',
      hostPath: [
        'kubernetes.audit.requestObject.spec.volumes.hostPath.path',
        'kubernetes.audit.requestObject.spec.template.spec.volumes.hostPath.path',
      ],
      capabilities: [
        'kubernetes.audit.requestObject.spec.containers.securityContext.capabilities.add',
        'kubernetes.audit.requestObject.spec.template.spec.containers.securityContext.capabilities.add',
      ],
    },
  },
];
