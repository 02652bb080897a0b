const SENDING = `select a.bot_slug as bot, s.r2_key as key from prewarm_attempts a join media_store s on s.sha256 = a.sha256
  where a.state = 'sending' and a.fence = $1`;
/** Jobs that were handed out and belong to bots of which this process had a lane; what a job is about may be known by more since. */
const HELD = `select s.r2_key as key, c.bot_slug as bot, j.id from prewarm_jobs.job j
  left join prewarm_aliases known on known.provisional = j.data #>> '{work,content}'
  join media_cache c on c.bot_slug = j.data #>> '{work,bot}' and c.kind = j.data #>> '{work,kind}'
    and c.sha256 = coalesce(known.sha256, j.data #>> '{work,content}')
  join media_store s on s.sha256 = c.sha256
  where j.name = 'warm' and j.state = 'active' and c.status = 'warming' and c.bot_slug in (select l.bot_slug from prewarm_lane_leases l where l.fence = $1)`;

const LATE = `select c.status, c.sha256, c.fed_at, c.error_reason, j.state, j.retry_count, j.heartbeat_on, j.start_after, j.data, clock_timestamp() as now,
    (select json_agg(json_build_object('id', a.id, 'state', a.state, 'fence', a.fence, 'at', a.started_at)) from prewarm_attempts a
      where a.bot_slug = c.bot_slug and a.sha256 = c.sha256) as attempts,
    (select json_agg(json_build_object('lane', l.chat_id, 'fence', l.fence)) from prewarm_lane_leases l where l.bot_slug = c.bot_slug) as lanes
  from media_cache c join media_store s on s.sha256 = c.sha256 left join prewarm_jobs.job j on j.name = 'warm' and j.id = $3
  where c.bot_slug = $1 and s.r2_key = $2 and c.status <> 'ready'`;

/** Kills workers, and finds out afterwards when what they held was taken up again. */
export class Deaths {
  #scene;
  #deaths = [];

  constructor(scene) {
    this.#scene = scene;
  }

  get count() {
    return this.#deaths.length;
  }

  /** Kills one of them; returns what it held. */
  async kill(id) {
    const { workers, database } = this.#scene;
    const pid = String(workers.pidOf(id));
    workers.kill(id);
    const at = Date.now();
    const [row] = await database.query(
      "select id from prewarm_processes where pid = $1 order by id desc limit 1",
      [pid],
    );
    const fence = row?.id ?? -1;
    const sending = await database.query(SENDING, [fence]);
    const isSent = new Set(sending.map(nameOf));
    const held = (await database.query(HELD, [fence])).filter((job) => !isSent.has(nameOf(job)));
    const [lead] = await database.query("select 1 from prewarm_roles where fence = $1", [fence]);
    const death = { id, fence, at, sending, held, led: lead !== undefined };
    this.#deaths.push(death);
    return death;
  }

  /** Who leads now. */
  async leader() {
    const [row] = await this.#scene.database.query(
      "select p.pid from prewarm_roles r join prewarm_processes p on p.id = r.fence where r.lease_until > clock_timestamp()",
    );
    return [...this.#scene.workers.live].find(([, child]) => String(child.pid) === row?.pid)?.[0];
  }

  /** What is known of jobs that were not begun again `afterS` after a death; each death is told of once. */
  async late(afterS) {
    const { database } = this.#scene;
    const due = this.#deaths.filter(({ at, isTold }) => !isTold && Date.now() - at > afterS * 1000);
    const texts = [];
    for (const death of due) {
      death.isTold = true;
      for (const { id, bot, key } of death.held)
        for (const row of await database.query(LATE, [bot, key, id]))
          texts.push(`worker ${death.id} was killed ${afterS} s ago; ${bot} ${key}: ${JSON.stringify(row)}`);
    }
    return texts;
  }

  /** Seconds from each death to the posts of the jobs that were held then: none of them had been begun. */
  redelivered(truth) {
    const { workers, sandbox } = this.#scene;
    const posts = new Map(truth.map((post) => [`${post.bot} ${post.sha256}`, post.at_unix]));
    return this.#deaths.map((death) => ({
      ...death,
      after: death.held
        .map(({ bot, key }) => posts.get(`${workers.ids.get(bot)} ${sandbox.contents.get(key)}`))
        .map((at) => (at === undefined ? Number.POSITIVE_INFINITY : (at - death.at) / 1000))
        .sort((a, b) => a - b),
    }));
  }
}

function nameOf({ bot, key }) {
  return `${bot} ${key}`;
}
