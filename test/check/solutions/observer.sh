#!/usr/bin/env bash
# An observer that passes the classic stages of `trivet check observer`, in bash and git alone.
# It looks at the branch again and again, and hands over what is new since its position.

repo=$CHECK_REPO
# On disk, not in a variable: it must outlive this process.
position=$CHECK_DATA/position

# Says that to the dispatcher, and prints what it answers. Nothing where nobody is there, or where no
# answer comes: whoever waits without a limit is as dead as the one that he waits for.
ask() (
  exec 2>/dev/null 3<>"/dev/tcp/localhost/$CHECK_PORT" || exit 1
  printf '%s' "$1" >&3
  timeout 3 cat <&3
)

# The oldest first. At the first start there is no position: what the branch shows is handed over.
news() {
  git -C "$repo" fetch -q origin
  if [ -e "$position" ]; then
    git -C "$repo" rev-list --reverse "$(cat "$position")..origin/main"
  else
    git -C "$repo" rev-parse origin/main
  fi
}

# In one step, so that nobody ever finds half a position.
advance() {
  printf '%s\n' "$1" >"$position.new"
  mv "$position.new" "$position"
}

while true; do
  for commit in $(news); do
    # Whatever it answers but OK, and silence too, means: say it again, which is harmless.
    until [ "$(ask "dispatch:$commit")" = OK ]; do sleep 0.2; done
    # Only now. The other way round, a crash between the two would lose the commit.
    advance "$commit"
  done
  sleep 0.2
done
