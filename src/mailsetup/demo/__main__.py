"""The child process that `world.start` runs: `python -m mailsetup.demo`."""

from mailsetup.demo.servers import main

main()
