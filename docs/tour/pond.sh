#!/bin/sh
# Makes a repository whose suite takes ten seconds: sh docs/tour/pond.sh ../pond
set -e
git init --quiet --initial-branch=main "$1"
cd "$1"
mkdir .ci
cat > .ci/run <<'SUITE'
#!/bin/sh
for duck in 1 2 3 4 5 6 7 8 9 10; do
  echo "duck $duck swims"
  sleep "${PACE:-1}"
done
if [ -e fox ]; then echo "a fox!"; exit 1; fi
SUITE
chmod +x .ci/run
git add .ci
git commit --quiet --message='A pond with ten ducks'
