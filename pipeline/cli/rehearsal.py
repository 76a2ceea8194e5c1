"""`songpipe rehearsal`: the embedded writer and band in the foreground."""

import click

from pipeline.cli.group import common_options


@click.command(short_help="Run the rehearsal studio's two servers in the foreground.")
@click.option(
    "--writer-port", type=click.IntRange(0, 65535), default=0, metavar="PORT", help="0 takes a free port."
)
@click.option(
    "--band-port", type=click.IntRange(0, 65535), default=0, metavar="PORT", help="0 takes a free port."
)
@click.option(
    "--speed", type=click.FloatRange(min=0), default=0.0, metavar="S", help="Seconds a song takes at least."
)
@click.option(
    "--fault", "faults", multiple=True, metavar="NAME[:TIMES]", help="Misbehave on purpose; repeatable."
)
@click.option("--list-faults", is_flag=True, help="Name every fault and stop.")
@common_options
@click.pass_context
def command(
    ctx: click.Context,
    writer_port: int,
    band_port: int,
    speed: float,
    faults: tuple[str, ...],
    list_faults: bool,
) -> None:
    """Run a small songwriter and a small band that speak the two real wires, until Ctrl-C.

    Prints the two URLs. Nothing they make leaves this machine, and every song made with either of them is
    marked as a rehearsal.
    """
    from pipeline.cli.rehearsing import run, show_faults

    given = ctx.find_root().obj or {}
    if list_faults:
        show_faults(given)
    else:
        run(given, writer_port=writer_port, band_port=band_port, speed=speed, faults=faults)
