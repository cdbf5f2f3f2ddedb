"""A campaign as one self-contained page in three languages: what many runs of one scenario give together."""

from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.ticker import ScalarFormatter

from bongsu.reports.document import Block, Bullets, Document, Draw, Paragraph, Plot, Section, Table
from bongsu.reports.review import page
from bongsu.reports.style import colour_of
from bongsu.reports.texts import Say, Text, figure, plain, say
from bongsu.views.campaign import Campaign, Spread, seeds_of

FILE_NAME = "campaign.html"
_NAMED_COUNT = 20
"""Failed runs and unmet expectations named on the page; all stand in campaign.json."""


def write(folder: Path, campaign: Campaign) -> Path:
    """Write `campaign.html` into a folder; gives its path."""
    path = folder / FILE_NAME
    mark = say(f"mark.{campaign.mode}")["en"]
    path.write_text(page(document(campaign), mark), encoding="utf-8")
    return path


def document(campaign: Campaign) -> Document:
    """The whole page."""
    told = len(campaign.figures)
    counts = say("campaign.counts", told=told, runs=campaign.runs, failed=len(campaign.failed))
    last = campaign.first_seed + campaign.runs - 1
    seeds = say("campaign.seeds", scenario=campaign.scenario, first=campaign.first_seed, last=last)
    return Document(
        title=plain(campaign.title),
        mark=say(f"mark.{campaign.mode}"),
        opening=[counts, seeds],
        sections=[
            _spreads(campaign, "warned", (("warned_s", 1), ("own_warning_s", 1)), _warned(campaign)),
            _spreads(campaign, "accuracy", (("launch_error_km", 2), ("impact_error_km", 2)), _errors(campaign)),
            _spreads(campaign, "bought", (("seconds_gained", 1), ("ellipse_shrink", 2)), _gained(campaign)),
            _areas(campaign),
            _expectations(campaign),
            _failed(campaign),
        ],
    )


def _spreads(campaign: Campaign, name: str, fields: tuple[tuple[str, int], ...], draw: Draw) -> Section:
    rows = [
        [say(f"campaign.{field}"), plain(node.node), *_cells(getattr(node, field), digits)]
        for field, digits in fields
        for node in campaign.nodes
    ]
    title = say(f"campaign.section.{name}")
    if not any(getattr(node, field).count for field, _ in fields for node in campaign.nodes):
        return Section(name, title, [], say("campaign.nothing"))
    head = [say(f"column.{key}") for key in ("measure", "node")]
    head += [say(f"campaign.column.{key}") for key in ("count", "never", "least", "p10", "p50", "p90", "most")]
    plot = Plot(title, draw, 3.4)
    return Section(name, title, [plot, Table(head, rows, numeric=tuple(range(2, 9)))])


def _cells(spread: Spread, digits: int) -> list[Text]:
    values = (spread.least, spread.p10, spread.p50, spread.p90, spread.most)
    return [plain(spread.count), plain(spread.never), *(figure(value, digits) for value in values)]


def _nations(campaign: Campaign) -> list[str]:
    return [node.node for node in campaign.nodes]


def _warned(campaign: Campaign) -> Draw:
    """Boxes of the time to the first warning, own or a partner's, and to the first own one."""

    def draw(axes: Axes, say: Say) -> None:
        rows = [
            (node, field, [value for run in campaign.figures for at in run.at if at.node == node
                           and (value := getattr(at, field)) is not None])
            for node in _nations(campaign)
            for field in ("warned_s", "own_warning_s")
        ]  # fmt: skip
        _boxes(axes, rows, campaign, say)
        axes.set_xlabel(say("axis.since_launch_s"))

    return draw


def _gained(campaign: Campaign) -> Draw:
    """Boxes of the seconds that sharing gained."""

    def draw(axes: Axes, say: Say) -> None:
        rows = [
            (node, "seconds_gained", [one.seconds_gained for run in campaign.figures for one in run.bought
                                      if one.node == node and one.seconds_gained is not None])
            for node in _nations(campaign)
        ]  # fmt: skip
        _boxes(axes, rows, campaign, say)
        axes.set_xlabel(say("campaign.axis.gained"))

    return draw


def _boxes(axes: Axes, rows: list[tuple[str, str, list[float]]], campaign: Campaign, say: Say) -> None:
    shown = [row for row in rows if row[2]]
    labels = [say(f"campaign.box.{field}", node=node) for node, field, _ in shown]
    drawn = axes.boxplot(
        [values for _, _, values in shown],
        orientation="horizontal",
        whis=(0.0, 100.0),
        widths=0.55,
        patch_artist=True,
        medianprops={"color": "black"},
    )
    for box, (node, _, _) in zip(drawn["boxes"], shown, strict=True):
        box.set(facecolor=colour_of(node, _nations(campaign)), alpha=0.6)
    axes.set_yticks(range(1, len(labels) + 1), labels, fontsize=7)
    axes.invert_yaxis()


def _errors(campaign: Campaign) -> Draw:
    """Share of runs and launches whose last impact error lies below a distance, for each nation."""

    def draw(axes: Axes, say: Say) -> None:
        for node in _nations(campaign):
            values = sorted(
                at.impact_error_km
                for run in campaign.figures
                for at in run.at
                if at.node == node and at.impact_error_km
            )
            if values:
                shares = [(number + 1) * 100.0 / len(values) for number in range(len(values))]
                axes.step(values, shares, where="post", color=colour_of(node, _nations(campaign)), label=node)
        if axes.get_legend_handles_labels()[0]:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(ScalarFormatter())
            axes.legend(fontsize=7, frameon=False)
        axes.set_xlabel(say("campaign.axis.impact"))
        axes.set_ylabel(say("campaign.axis.share"))

    return draw


def _areas(campaign: Campaign) -> Section:
    title = say("campaign.section.areas")
    if not any(node.areas_hit or node.areas_missed or node.areas_extra for node in campaign.nodes):
        return Section("areas", title, [], say("campaign.no_areas"))
    rows = [
        [
            plain(node.node),
            plain(node.areas_hit),
            plain(node.areas_missed),
            plain(node.areas_extra),
            plain(node.misses_runs),
        ]
        for node in campaign.nodes
    ]
    head = [say(f"column.{key}") for key in ("node", "hit", "missed", "extra")] + [say("campaign.column.misses_runs")]
    plot = Plot(title, _bars(campaign), 2.6)
    return Section("areas", title, [plot, Table(head, rows, numeric=(1, 2, 3, 4))])


_BARS = (("hit", "#009E73"), ("missed", "#b00020"), ("extra", "#E69F00"))


def _bars(campaign: Campaign) -> Draw:
    """Areas a run: rightly alerted, missed, beyond need."""

    def draw(axes: Axes, say: Say) -> None:
        runs = max(len(campaign.figures), 1)
        for number, (name, colour) in enumerate(_BARS):
            heights = [getattr(node, f"areas_{name}") / runs for node in campaign.nodes]
            places = [place + (number - 1) * 0.26 for place in range(len(heights))]
            axes.bar(places, heights, width=0.25, color=colour, label=say(f"column.{name}"))
        axes.set_xticks(range(len(campaign.nodes)), _nations(campaign))
        axes.set_ylabel(say("campaign.axis.areas"))
        axes.legend(fontsize=7, frameon=False)

    return draw


def _expectations(campaign: Campaign) -> Section:
    title = say("campaign.section.expectations")
    if not campaign.figures:
        return Section("expectations", title, [], say("campaign.nothing"))
    if not campaign.not_met:
        return Section("expectations", title, [], say("campaign.all_met", runs=len(campaign.figures)))
    rows = [
        [plain(text), plain(count), plain(seeds_of(campaign, text))]
        for text, count in list(campaign.not_met.items())[:_NAMED_COUNT]
    ]
    head = [say("column.expected"), say("campaign.column.not_met"), say("campaign.column.seeds")]
    return Section("expectations", title, [Table(head, rows, numeric=(1,))])


def _failed(campaign: Campaign) -> Section:
    title = say("campaign.section.failed")
    if not campaign.failed:
        return Section("failed", title, [], say("campaign.none_failed"))
    named = [say("campaign.failed", seed=one.seed, reason=one.reason) for one in campaign.failed[:_NAMED_COUNT]]
    blocks: list[Block] = [Bullets(named)]
    if len(campaign.failed) > len(named):
        blocks.append(Paragraph(say("campaign.more", count=len(campaign.failed) - len(named)), "note"))
    return Section("failed", title, blocks)
