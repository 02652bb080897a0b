/** A file that Telegram has taken in. */
export interface TakenFile {
  readonly number: number;
  /** Of its content, by which {@link SimulatedTelegram} tells what is what. */
  readonly sha256: string;
  /** As which it came. */
  readonly kind: string;
  readonly unique: string;
  /** Its ids serve no other method than that of several media. */
  readonly isRichOnly: boolean;
  /** Its ids serve nothing. */
  readonly isDead: boolean;
}

/** All files that were taken in, by the ids that bots have of them. */
export class TakenFiles {
  readonly #files: TakenFile[] = [];

  add(file: Omit<TakenFile, "number">): TakenFile {
    const added = { ...file, number: this.#files.length + 1 };
    this.#files.push(added);
    return added;
  }

  /** The file that this id of a bot is of; null for what is none. */
  find(id: string, bot: string): TakenFile | null {
    const [, number, of] = /^file-(\d+)-of-(\d+)$/.exec(id) ?? [];
    return (of === bot && this.#files[Number(number) - 1]) || null;
  }
}

/** The id by which a bot can send a file. */
export function fileIdOf({ number }: TakenFile, bot: string): string {
  return `file-${number}-of-${bot}`;
}

/** A file as the API shows it to a bot, in a message of its own. */
export function mediumOf(file: TakenFile, bot: string): object {
  const shown = { file_id: fileIdOf(file, bot), file_unique_id: file.unique, width: 2, height: 2 };
  return file.kind === "photo" ? { photo: [shown] } : { [file.kind]: shown };
}
