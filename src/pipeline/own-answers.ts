import { failure } from "../domain/failure.ts";
import type { SendAnswer } from "../telegram/port.ts";

/** Posts remembered at most. */
const REMEMBERED = 4_096;

/**
 * Posts that answers spoke of lately. Something between us and the server that mixes up answers gives one a second time, and
 * the id in it is that of another object.
 */
export class OwnAnswers {
  readonly #posts = new Set<string>();

  /** Returns the answer as it is; in doubt where it speaks of a post that another call was answered with. */
  check(answer: SendAnswer): SendAnswer {
    if (!answer.ok) return answer;
    const { chatId, messageId, fileId } = answer.value;
    // In a group that is no supergroup each bot counts messages for itself.
    const post = `${chatId}/${messageId} ${fileId}`;
    if (!this.#posts.has(post)) {
      this.#remember(post);
      return answer;
    }
    const text = `the answer speaks of message ${messageId} in ${chatId}, which is that of another object: something between here and Telegram mixes up answers`;
    return { ok: false, failure: failure("bad_answer", text), times: answer.times };
  }

  #remember(post: string): void {
    this.#posts.add(post);
    const [oldest] = this.#posts.size > REMEMBERED ? this.#posts : [];
    if (oldest !== undefined) this.#posts.delete(oldest);
  }
}
