"""The page that takes a file of staff and asks for its load."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, flash, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from api.pages.language import page_language
from api.pages.texts import gettext as _
from api.staff.blueprint import current_actor, needs, render_staff, staff, staff_book, staff_url, takes_upload
from api.staff.upload_form import AskedLoad, UploadForm, blank_form, read_form
from api.staff.words import dataset_name
from api.state import app_state
from exemptions.accounts import Right
from exemptions.database import is_demonstration
from exemptions.datasets import DATASET_COLUMNS, Dataset, Mode
from exemptions.disk import find_disk_error
from exemptions.errors import BookUnreachable, FileRefused
from exemptions.jobs import JobFacts, JobKind, enqueue
from loaders.incoming import drop_incoming, keep_incoming
from loaders.saved_profiles import list_profiles, save_profile

_ENCODINGS = ("utf-8", "windows-1252", "iso-8859-1", "utf-16")


@staff.get("/cargar", endpoint="upload")
@needs(Right.LOAD)
def show_form() -> Response:
    """The form; `?dataset=` chooses what is to be loaded."""
    asked = request.args.get("dataset", "")
    return _answer(blank_form(asked if asked in tuple(Dataset) else Dataset.REGISTRY))


@staff.post("/cargar", endpoint="upload_file")
@takes_upload
@needs(Right.LOAD)
def take_file() -> BaseResponse:
    """Keep the file and ask for its load, or show the form again with what is wrong."""
    settings = app_state().settings
    sent = request.files.get("file")
    asked = read_form(request.form, sent, settings.home)
    if isinstance(asked, UploadForm) or sent is None:
        return _answer(asked if isinstance(asked, UploadForm) else blank_form(""), HTTPStatus.UNPROCESSABLE_ENTITY)
    with staff_book().read() as session:
        if is_demonstration(session):
            return _answer(_form_with("file", _refused_in_demonstration()), HTTPStatus.CONFLICT)
    try:
        path = keep_incoming(settings.home, sent.stream, limit_bytes=settings.max_upload_bytes)
        if asked.save_as:
            save_profile(settings.home, asked.dataset, asked.save_as, asked.profile)
    except FileRefused as error:
        return _answer(_form_with("file", error.text(page_language())), HTTPStatus.UNPROCESSABLE_ENTITY)
    except OSError as error:
        if (full := find_disk_error(error)) is None:
            raise
        return _answer(_form_with("file", full.text(page_language())), HTTPStatus.INSUFFICIENT_STORAGE)
    job = _enqueue(asked, path)
    flash(_("Se recibió el archivo. Esta página sigue sola lo que se hace con él."), "done")
    return redirect(staff_url("job", number=job.id), code=HTTPStatus.SEE_OTHER)


def _enqueue(asked: AskedLoad, path: str) -> JobFacts:
    home = app_state().settings.home
    try:
        with staff_book().write() as session:
            return enqueue(
                session,
                kind=JobKind.LOAD,
                actor=current_actor(),
                request={**asked.request, "path": path},
                at=app_state().clock(),
            )
    except BookUnreachable:
        # The job may be in the book all the same; a file that no job needs is swept away later.
        raise
    except BaseException:
        drop_incoming(home, path)
        raise


def _form_with(name: str, sentence: str) -> UploadForm:
    """The form as it was sent, with one thing wrong."""
    values = {key: request.form.get(key, "").strip() for key in blank_form("").values}
    return UploadForm(values, {name: sentence})


def _refused_in_demonstration() -> str:
    return _("Este registro es de demostración y solo lleva datos inventados; no admite archivos.")


def _answer(form: UploadForm, status: int = HTTPStatus.OK) -> Response:
    settings = app_state().settings
    return render_staff(
        "staff/upload.html",
        status=status,
        form=form,
        datasets=[(dataset.value, dataset_name(dataset)) for dataset in Dataset],
        modes=[
            ("", _("Lo habitual de esos datos")),
            (Mode.REPLACE.value, _("El archivo es completo: lo que no trae se da por terminado")),
            (Mode.MERGE.value, _("El archivo agrega y actualiza: lo que no trae se queda")),
        ],
        encodings=[("", _("La del perfil o, si no hay, UTF-8")), *((name, name) for name in _ENCODINGS)],
        profiles=[(dataset, dataset_name(dataset), list_profiles(settings.home, dataset)) for dataset in Dataset],
        keys=[(column.key, column.header) for column in DATASET_COLUMNS[_dataset_of(form)]],
        max_bytes=settings.max_upload_bytes,
    )


def _dataset_of(form: UploadForm) -> Dataset:
    chosen = form.values["dataset"]
    return Dataset(chosen) if chosen in tuple(Dataset) else Dataset.REGISTRY
