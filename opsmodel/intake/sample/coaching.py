"""The raw exports of the coaching: the task list, the questionnaires and the agreed actions."""

from pathlib import Path

import pandas as pd

from opsmodel.intake.sample import faults
from opsmodel.intake.sample.chain import Sample
from opsmodel.intake.sample.files import CREATED, csv_file, sheet, workbook
from opsmodel.intake.sample.mess import Mess
from opsmodel.intake.sample.procedures import PROCEDURES

SHEETS = {"成熟度与认知": ("maturity", "perception"), "培训": ("quiz", "satisfaction")}
NAMES = {procedure.sop: procedure.zh for procedure in PROCEDURES}
STEPS = {step: zh for procedure in PROCEDURES for step, zh in procedure.steps}


def write(sample: Sample, folder: Path, mess: Mess) -> None:
    """tasks.csv, answers.xlsx and actions.csv into `folder`."""
    names = sample.stores.set_index("store_id")["store_name"]
    _tasks(sample.tasks, folder, mess)
    _answers(sample.answers, names, folder, mess)
    _actions(sample.actions, names, folder, mess)


def _tasks(tasks: pd.DataFrame, folder: Path, mess: Mess) -> None:
    rows = {
        "任务编号": tasks["task_id"],
        "SOP名称": tasks["sop"].map(NAMES),
        "任务步骤": tasks["step"].map(STEPS),
        "门店编号": tasks["store_id"],
        "负责员工": tasks["staff_id"],
        "客户ID": tasks["customer_id"],
        "应完成时间": mess.times(tasks["due_at"], ("iso", "slash"), (0.9, 0.1)),
        "完成时间": mess.times(tasks["done_at"], ("iso", "slash", "serial"), (0.85, 0.1, 0.05)),
    }
    csv_file(folder / "tasks.csv", faults.tasks(pd.DataFrame(rows), mess), "gb18030")


def _answers(answers: pd.DataFrame, names: pd.Series, folder: Path, mess: Mess) -> None:
    """A workbook with a sheet a round, a title above the header and a count below."""
    rows = pd.DataFrame(
        {
            "答卷人": answers["respondent_id"],
            "岗位": answers["role"],
            "所属门店": answers["store_id"].map(names).fillna(""),
            "问卷名称": answers["survey"],
            "测评阶段": answers["phase"],
            "测评维度": answers["dimension"],
            "题号": answers["question"],
            "得分": answers["score"].astype(object),
            "提交时间": mess.times(answers["answered_at"], ("iso", "slash", "serial"), (0.85, 0.1, 0.05)),
        }
    )
    rows = faults.answers(rows, mess)
    with workbook(folder / "answers.xlsx") as book:
        for name, surveys in SHEETS.items():
            part = rows[rows["问卷名称"].isin(surveys)]
            title = [["私域运营调研答卷"], [f"导出时间：{CREATED:%Y-%m-%d %H:%M}", "", f"批次：{name}"]]
            sheet(book, name, part, title, [["合计", f"{len(part)}条"]])


def _actions(actions: pd.DataFrame, names: pd.Series, folder: Path, mess: Mess) -> None:
    rows = {
        "行动编号": actions["action_id"],
        "门店": actions["store_id"].map(names),
        "诊断发现": actions["finding"],
        "改进措施": actions["play"],
        "责任人": actions["owner"],
        "完成期限": mess.times(actions["due_on"], ("slash_day", "zh_day"), (0.5, 0.5)),
        "行动状态": actions["status"],
        "考核指标": actions["kpi"],
        "基线值": actions["baseline"],
        "复盘日期": mess.times(actions["remeasure_on"], ("zh_day", "iso_day"), (0.5, 0.5)),
    }
    csv_file(folder / "actions.csv", pd.DataFrame(rows), "utf-8-sig")
