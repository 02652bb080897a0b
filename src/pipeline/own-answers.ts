import { failure } from "../domain/failure.ts";
import type { SendAnswer } from "../telegram/port.ts";
import { Lately } from "./lately.ts";

/** Posts remembered at least. */
const REMEMBERED = 4_096;

/**
 * Posts that answers spoke of lately. Something between us and the server that mixes up answers gives one a second time, and
 * the id in it is that of another object.
 */
export class OwnAnswers {
  readonly #posts = new Lately<true>(REMEMBERED);

  /** Returns the answer as it is; in doubt where it speaks of a post that another call was answered with. */
  check(answer: SendAnswer): SendAnswer {
    if (!answer.ok) return answer;
    const { chatId, messageId, fileId } = answer.value;
    // In a group that is no supergroup each bot counts messages for itself.
    const post = `${chatId}/${messageId} ${fileId}`;
    if (!this.#posts.get(post)) {
      this.#posts.set(post, true);
      return answer;
    }
    const text = `the answer speaks of message ${messageId} in ${chatId}, which is that of another object: something between here and Telegram mixes up answers`;
    return { ok: false, failure: failure("bad_answer", text), times: answer.times };
  }
}
