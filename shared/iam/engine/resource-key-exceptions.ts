/**
 * Whether requests for this action do not have `aws:ResourceAccount`, `aws:ResourceOrgID` and `aws:ResourceOrgPaths`.
 * Both names must be in lower case. AWS does not document the result of conditions on these keys for such actions.
 * Source: "AWS global condition context keys", properties of the resource.
 */
export const isResourceKeyUnsupported = (service: string, action: string): boolean =>
  service === 'ebs' || unsupported.has(action);

const unsupported: ReadonlySet<string> = new Set([
  'auditmanager:updateassessmentframeworkshare',
  'detective:acceptinvitation',
  'ds:acceptshareddirectory',
  'ec2:accepttransitgatewaypeeringattachment',
  'ec2:acceptvpcendpointconnections',
  'ec2:acceptvpcpeeringconnection',
  'ec2:createtransitgatewaypeeringattachment',
  'ec2:createvpcendpoint',
  'ec2:createvpcpeeringconnection',
  'guardduty:acceptadministratorinvitation',
  'macie2:acceptinvitation',
  'es:acceptinboundconnection',
  'route53:associatevpcwithhostedzone',
  'route53:createvpcassociationauthorization',
  'securityhub:acceptadministratorinvitation',
]);
