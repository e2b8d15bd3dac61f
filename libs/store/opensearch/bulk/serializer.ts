import { Serializer } from '@opensearch-project/opensearch';

const [start, created, end] = ['{"errors":false,"items":[', '{"create":{"status":201}}', ']}'];
const item = JSON.parse(created) as object;

/** How many documents were created, where the answer says so of every one and nothing else. */
function createdAlone(json: string): number | undefined {
  const count = (json.length - start.length - end.length + 1) / (created.length + 1);
  if (!Number.isInteger(count) || count < 1 || !json.startsWith(start + created)) return undefined;
  return json === `${start}${`${created},`.repeat(count - 1)}${created}${end}` ? count : undefined;
}

/** Knows the usual answer to a bulk request by its text: to parse it takes as long as to make the request. */
export class AnswerSerializer extends Serializer {
  override deserialize(json: string): unknown {
    const count = createdAlone(json);
    return count === undefined ? super.deserialize(json) : { errors: false, items: Array(count).fill(item) };
  }
}
